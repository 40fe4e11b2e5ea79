using System.Text.RegularExpressions;

namespace Relay.Architecture;

/// <summary>What a C# file declares at its top level, and which types of other files its names can mean.</summary>
internal sealed partial class SourceFile
{
    private readonly string code;

    public SourceFile(string path, string text)
    {
        Path = path;
        code = NoCode().Replace(text, "");
        Namespace = NamespaceLine().Match(code).Groups[1].Value;
        Usings = [.. UsingLine().Matches(code).Select(line => line.Groups[1].Value)];
        Types = [.. Declaration().Matches(code).Select(declared => declared.Groups[1].Value).Distinct()];
    }

    public string Path { get; }

    public string Namespace { get; }

    /// <summary>The namespaces of its using lines; of aliases and static ones the types.</summary>
    public IReadOnlyList<string> Usings { get; }

    /// <summary>The names of its types, without what is nested in them.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>The types that the file refers to, by their whole names.</summary>
    /// <param name="isType">Whether there is a type of this whole name.</param>
    public HashSet<string> References(Func<string, bool> isType)
    {
        var found = Usings.Where(isType).ToHashSet();

        // The innermost namespace wins, and all of them before the using lines.
        var visible = Enclosing().Concat(Usings.Select(used => used + ".")).ToList();
        foreach (var name in Name().Matches(code).Select(name => name.Value).Distinct())
        {
            var parts = name.Split('.');
            for (var count = 1; count <= parts.Length; count++)
            {
                var type = string.Join('.', parts[..count]);
                if (visible.Find(place => isType(place + type)) is { } place)
                {
                    found.Add(place + type);
                    break;
                }
            }
        }

        return found;
    }

    /// <summary>Its namespace and those around it, from the inside to the outside, each with a dot behind it.</summary>
    private IEnumerable<string> Enclosing()
    {
        for (var at = Namespace; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOf('.'))])
        {
            yield return at + ".";
        }

        yield return "";
    }

    /// <summary>Comments, and strings without expressions in them.</summary>
    [GeneratedRegex("""
        //.*|/\*[\s\S]*?\*/|(?<!\$)"{3}[\s\S]*?"{3}|(?<![\$"@])"(?:[^"\\\n]|\\.)*"
        """)]
    private static partial Regex NoCode();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^(?:global )?using (?:static |\w+ = )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(
        @"^(?:\w+ )*(?:(?:class|struct|interface|enum|record)(?: struct| class)?|delegate [\w<>?., ]+) ([A-Z]\w*)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();

    /// <summary>A name with those that follow behind dots, which is no member of another one.</summary>
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*(?:\.[A-Z]\w*)*")]
    private static partial Regex Name();
}
