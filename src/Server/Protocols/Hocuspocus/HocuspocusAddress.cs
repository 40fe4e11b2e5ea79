using System.Diagnostics.CodeAnalysis;
using Relay.Yjs;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// What stands before every message: a document's name, and, from providers with <c>sessionAwareness</c>, a zero
/// character and the session, so that several of them share one socket.
/// </summary>
/// <param name="Document">The document.</param>
/// <param name="HasSession">Whether a session is named.</param>
internal readonly record struct HocuspocusAddress(DocumentName Document, bool HasSession)
{
    /// <summary>Longer ones are no address of any document, and are not remembered.</summary>
    public const int MaxUtf8Bytes = DocumentName.MaxUtf8Bytes + 256;

    /// <summary>Longer ones are not even denied by name: no client means them.</summary>
    public const int MaxDeniedUtf8Bytes = 64 << 10;

    /// <summary>What is said of rights that are missing; the reference server's word.</summary>
    public const string DefaultReason = "permission-denied";

    /// <summary>What is said of names that are empty or blank.</summary>
    public const string Blank = "A document name must not be blank.";

    /// <summary>What is said of sessions that are too long.</summary>
    public const string LongSession = "The session in an address is too long.";

    private const char Separator = '\0';

    /// <summary>
    /// Reads an address, or says why it leads to no document. Names are taken as they are, without percent-decoding.
    /// </summary>
    public static bool TryParse(string text, out HocuspocusAddress address, [NotNullWhen(false)] out string? error)
    {
        address = default;
        var end = text.IndexOf(Separator, StringComparison.Ordinal);
        var name = end < 0 ? text : text[..end];
        if (string.IsNullOrWhiteSpace(name))
        {
            error = Blank;
            return false;
        }

        if (!DocumentName.TryCreate(name, out var document, out error))
        {
            return false;
        }

        address = new HocuspocusAddress(document, end >= 0);
        return true;
    }
}
