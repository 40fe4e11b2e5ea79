using System.Diagnostics.CodeAnalysis;
using System.Text;
using Relay.Protocols;
using Relay.Yjs;

namespace Relay.Peers;

/// <summary>
/// The addresses of a document's state and of its presence on the internal listener:
/// <c>/internal/documents/{document}/state</c> and <c>…/presence</c>, the name percent-encoded as one segment.
/// </summary>
internal static class PeerPath
{
    private const string Prefix = "/internal/documents/";
    private const string Suffix = "/state";
    private const string PresenceSuffix = "/presence";

    /// <summary>
    /// The request target. Everything but ASCII letters, digits, <c>-</c> and <c>_</c> is encoded: a document called
    /// <c>..</c> is a name here, and no way upwards.
    /// </summary>
    public static string For(DocumentName document) => For(document, Suffix);

    /// <summary>The same, asking only who is there.</summary>
    public static string ForPresence(DocumentName document) => For(document, PresenceSuffix);

    /// <summary>Reads what <see cref="For(DocumentName)"/> wrote, and nothing else.</summary>
    public static bool TryGetName(string rawTarget, out DocumentName document, [NotNullWhen(false)] out string? error)
    {
        error = TryGetName(rawTarget, Suffix, out document)
            ? null
            : "The internal listener has only /internal/documents/{document}/state and "
                + "/internal/documents/{document}/presence.";
        return error is null;
    }

    /// <summary>Reads what <see cref="ForPresence"/> wrote, and nothing else.</summary>
    public static bool TryGetPresenceName(string rawTarget, out DocumentName document) =>
        TryGetName(rawTarget, PresenceSuffix, out document);

    private static bool TryGetName(string rawTarget, string suffix, out DocumentName document)
    {
        document = default;
        return rawTarget.EndsWith(suffix, StringComparison.Ordinal)
            && EncodedPath.TryGetName(rawTarget[..^suffix.Length], Prefix, following: 0, out document, out _)
            && For(document, suffix) == rawTarget;
    }

    private static string For(DocumentName document, string suffix)
    {
        var path = new StringBuilder(Prefix);
        foreach (var value in document.ToUtf8())
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'_')
            {
                path.Append((char)value);
            }
            else
            {
                path.Append('%').Append(Convert.ToHexString([value]));
            }
        }

        return path.Append(suffix).ToString();
    }
}
