using System.Diagnostics.CodeAnalysis;
using System.Text;
using Relay.Protocols;
using Relay.Yjs;

namespace Relay.Peers;

/// <summary>The address of a document's state on the internal listener: <c>/internal/documents/{document}/state</c>, the name percent-encoded as one segment.</summary>
internal static class PeerPath
{
    private const string Prefix = "/internal/documents/";
    private const string Suffix = "/state";

    /// <summary>The request target. Everything but ASCII letters, digits, <c>-</c> and <c>_</c> is encoded: a document called <c>..</c> is a name here, and no way upwards.</summary>
    public static string For(DocumentName document)
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

        return path.Append(Suffix).ToString();
    }

    /// <summary>Reads what <see cref="For"/> wrote, and nothing else.</summary>
    public static bool TryGetName(string rawTarget, out DocumentName document, [NotNullWhen(false)] out string? error)
    {
        document = default;
        error = "The internal listener has only /internal/documents/{document}/state.";
        if (!rawTarget.EndsWith(Suffix, StringComparison.Ordinal) || !EncodedPath.TryGetName(rawTarget[..^Suffix.Length], Prefix, following: 0, out document, out _) || For(document) != rawTarget)
        {
            return false;
        }

        error = null;
        return true;
    }
}
