using System.Text.RegularExpressions;
using Relay.Sessions;

namespace Relay.Architecture;

/// <summary>
/// A part of a session changes only the parts that <c>docs/architecture.md</c> says it tells, and reads only these and
/// those that it asks.
/// </summary>
public sealed partial class PartCallsTests
{
    private static readonly string Root =
        Path.Combine(House.Root, House.Rooms.Single(room => room.Name == "Sessions").Folders[0]);

    private static readonly string Page = File.ReadAllText(Path.Combine(House.Root, "docs", "architecture.md"));

    /// <summary>The names of the parts, by their folders.</summary>
    private static readonly Dictionary<string, string> Parts = PartRow().Matches(Page)
        .ToDictionary(row => row.Groups[2].Value, row => row.Groups[1].Value);

    /// <summary>The folders of all types of sessions.</summary>
    private static readonly Dictionary<string, string> Homes =
        Directory.GetFiles(Root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetFileNameWithoutExtension(file).Contains('.', StringComparison.Ordinal))
            .ToDictionary(
                file => Path.GetFileNameWithoutExtension(file),
                file => Path.GetRelativePath(Root, Path.GetDirectoryName(file)!));

    [Theory]
    [InlineData("LogWiring", 3)]
    [InlineData("ConnectionWiring", 4)]
    [InlineData("LifecycleWiring", 3)]
    public void What_a_part_tells_through_its_interface_stands_in_the_table(string wiring, int interfaces)
    {
        var members = Members(File.ReadAllText(Path.Combine(Root, wiring + ".cs"))).ToList();
        Assert.Equal(interfaces, members.Select(member => member.Interface).Distinct().Count());
        var breaches =
            from member in members
            let part = Parts[Homes[member.Interface]]
            let allowed = member.IsTelling ? Tells(part) : [.. Tells(part), .. Asks(part)]
            from called in Called(member.Body)
            where called != part && !allowed.Contains(called)
            select $"{part} ({member.Interface}) {(member.IsTelling ? "tells" : "asks")} {called}.";
        Assert.Empty(breaches);
    }

    [Fact]
    public void What_a_part_refers_to_stands_in_the_table()
    {
        var breaches =
            from folder in Parts.Keys
            from file in Directory.GetFiles(Path.Combine(Root, folder), "*.cs")
            from name in Identifier().Matches(Comment().Replace(File.ReadAllText(file), "")).Select(name => name.Value)
            where Homes.TryGetValue(name, out var home) && home != folder && Parts.ContainsKey(home)
                && !Tells(Parts[folder]).Contains(Parts[home]) && !Asks(Parts[folder]).Contains(Parts[home])
            select $"{Path.GetFileName(file)} ({Parts[folder]}) refers to {name} ({Parts[Homes[name]]}).";
        Assert.Empty(breaches);
    }

    /// <summary>The test reads code as text: a call that the table does not allow must be found in it.</summary>
    [Fact]
    public void A_call_that_is_not_in_the_table_is_found()
    {
        var member = Assert.Single(Members("    void IAwarenessSession.Pump() => parts.Outbox.Append();\n"));
        Assert.True(member.IsTelling);
        Assert.Equal(["outbox"], Called(member.Body));
        Assert.DoesNotContain("outbox", Tells(Parts[Homes[member.Interface]]));
        var question = Assert.Single(Members("    bool IOutboxSession.IsOpen => parts.Lifecycle.IsOpen;\n"));
        Assert.False(question.IsTelling);
        Assert.Contains("lifecycle", Asks("outbox"));
        Assert.DoesNotContain("lifecycle", Tells("outbox"));
    }

    private static IReadOnlyCollection<string> Tells(string part) => Column(part, 2);

    private static IReadOnlyCollection<string> Asks(string part) => Column(part, 3);

    /// <summary>The parts in a column of the table of who tells whom.</summary>
    private static string[] Column(string part, int column)
    {
        var row = Regex.Match(Page, $@"^\| {part} \|(?! `)(.*)\|$", RegexOptions.Multiline).Groups[1].Value;
        var cell = row.Split('|')[column - 1];
        return [.. Parts.Values.Where(other => cell.Trim() == "all" || Regex.IsMatch(cell, $@"\b{other}\b"))];
    }

    /// <summary>The parts whose members are used.</summary>
    private static IEnumerable<string> Called(string body) =>
        from use in Use().Matches(body)
        let property = typeof(SessionParts).GetProperty(use.Groups[1].Value)
        where property is not null && Homes.TryGetValue(property.PropertyType.Name, out var home)
            && Parts.ContainsKey(home)
        select Parts[Homes[property.PropertyType.Name]];

    /// <summary>The members of interfaces that a class implements; a member without a result tells.</summary>
    private static IEnumerable<(string Interface, bool IsTelling, string Body)> Members(string text)
    {
        var heads = Member().Matches(text);
        for (var i = 0; i < heads.Count; i++)
        {
            var end = i + 1 < heads.Count ? heads[i + 1].Index : text.Length;
            var isTelling = heads[i].Groups[1].Value is "void" or "async ValueTask";
            yield return (heads[i].Groups[2].Value, isTelling, text[heads[i].Index..end]);
        }
    }

    [GeneratedRegex(@"^\| ([a-z ]+) \| `Sessions/(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex PartRow();

    [GeneratedRegex(@"^    ([\w<>? ]+) (I\w+Session)\.\w+", RegexOptions.Multiline)]
    private static partial Regex Member();

    [GeneratedRegex(@"\bparts\.(\w+)")]
    private static partial Regex Use();

    /// <summary>A name that is not a member of another one.</summary>
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w+\b")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"//.*")]
    private static partial Regex Comment();
}
