using System.Text.RegularExpressions;
using Relay.Architecture;

namespace Relay.Docs;

/// <summary>The Markdown pages of the repository, against each other and against the files that they name.</summary>
public sealed partial class MarkdownTests
{
    public static TheoryData<string> Pages() =>
        ["README.md", "CONTRIBUTING.md", .. Directory.EnumerateFiles(Path.Combine(House.Root, "docs"), "*.md")
            .Select(file => Path.GetRelativePath(House.Root, file))];

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/operations.md")]
    [InlineData("docs/protocol.md")]
    public void The_promise_has_the_same_words_on_every_page_that_makes_it(string page) => Assert.Contains(
        "A power cut costs a node that keeps its log in files at most the last second (`FileStore:Fsync`; with "
        + "`always` nothing), and costs nodes with Redis what Redis has not kept (`Redis:MinReplicas`).",
        WhiteSpace().Replace(Text(page), " "),
        StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_within_the_repository_leads_to_a_file_and_to_a_heading_of_it(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(House.Root, page))!;
        var broken = new List<string>();
        foreach (Match link in Link().Matches(Text(page)))
        {
            var (path, heading) = (link.Groups["path"].Value, link.Groups["heading"].Value);
            var file = path == "" ? Path.Combine(House.Root, page) : Path.GetFullPath(Path.Combine(folder, path));
            if (!Path.Exists(file) || (heading != "" && !Anchors(file).Contains(heading)))
            {
                broken.Add(link.Value);
            }
        }

        Assert.Empty(broken);
    }

    /// <summary>But for the page of decisions, whose older entries name what was there then.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_path_of_the_repository_that_a_page_names_exists(string page)
    {
        if (Path.GetFileName(page) != "decisions.md")
        {
            var named = RepositoryPath().Matches(Text(page)).Select(path => path.Groups[1].Value).Distinct();
            Assert.DoesNotContain(named, path => !Path.Exists(Path.Combine(House.Root, path)));
        }
    }

    [Fact]
    public void Pictures_are_small_enough_to_be_loaded_with_the_readme()
    {
        var pictures = Directory.GetFiles(Path.Combine(House.Root, "docs", "images"));
        Assert.NotEmpty(pictures);
        Assert.All(pictures, picture => Assert.InRange(new FileInfo(picture).Length, 1, 150 << 10));
    }

    /// <summary>What a link to a page may have behind its <c>#</c>: headings as hosts spell them, and marks.</summary>
    private static HashSet<string> Anchors(string file)
    {
        var text = File.ReadAllText(file);
        return
        [
            .. Heading().Matches(text).Select(heading =>
                NotInAnchors().Replace(heading.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-')),
            .. Mark().Matches(text).Select(mark => mark.Groups[1].Value),
        ];
    }

    private static string Text(string page) => File.ReadAllText(Path.Combine(House.Root, page));

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"\]\((?!https?:)(?<path>[^)#\s]*)(#(?<heading>[^)\s]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:src|tests|bench|docs|infra|web)/[\w./-]+)`")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex("<a id=\"([^\"]+)\">")]
    private static partial Regex Mark();
}
