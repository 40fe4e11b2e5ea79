using System.Text.Json;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Access;

/// <summary>
/// A token's <c>documents</c>: names, or prefixes that end in <c>*</c>, with what may be done there. The longest match
/// wins; no match, no access. Immutable.
/// </summary>
internal sealed class DocumentRules
{
    private readonly Dictionary<string, AccessLevel> names = new(StringComparer.Ordinal);

    /// <summary>Without their asterisks, the longest first.</summary>
    private readonly List<(string Prefix, AccessLevel Level)> prefixes = [];

    private DocumentRules()
    {
    }

    public static DocumentRules None { get; } = new();

    /// <summary>Reads the claim, or refuses it wholly.</summary>
    public static DocumentRules? TryRead(JsonElement claim)
    {
        try
        {
            return claim.ValueKind == JsonValueKind.Object ? Read(claim) : null;
        }
        catch (InvalidOperationException)
        {
            // A name with half a surrogate pair, which no document has.
            return null;
        }
    }

    public AccessLevel To(DocumentName document)
    {
        // A whole name is as long as a match can be.
        if (names.TryGetValue(document.Value, out var level))
        {
            return level;
        }

        foreach (var (prefix, itsLevel) in prefixes)
        {
            if (document.Value.StartsWith(prefix, StringComparison.Ordinal))
            {
                return itsLevel;
            }
        }

        return AccessLevel.None;
    }

    private static DocumentRules? Read(JsonElement claim)
    {
        var rules = new DocumentRules();
        foreach (var rule in claim.EnumerateObject())
        {
            AccessLevel? level = rule.Value.ValueKind != JsonValueKind.String ? null
                : rule.Value.ValueEquals("read"u8) ? AccessLevel.Read
                : rule.Value.ValueEquals("write"u8) ? AccessLevel.Write : null;
            if (level is null)
            {
                return null;
            }

            if (rule.Name.EndsWith('*'))
            {
                rules.prefixes.Add((rule.Name[..^1], level.Value));
            }
            else
            {
                rules.names.Add(rule.Name, level.Value);
            }
        }

        rules.prefixes.Sort((a, b) => b.Prefix.Length.CompareTo(a.Prefix.Length));
        return rules;
    }
}
