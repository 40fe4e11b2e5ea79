using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Relay.Yjs;

namespace Relay.Protocols;

/// <summary>
/// Takes a document's name out of a request target. The raw target is read, not the framework's path: that one leaves
/// <c>%2F</c> encoded and so loses the difference to <c>%252F</c>.
/// </summary>
internal static class EncodedPath
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true);

    /// <summary>
    /// Reads the name that follows <paramref name="prefix"/> up to the query. Percent-encoding is undone exactly once.
    /// </summary>
    /// <param name="rawTarget">The request target as it was sent.</param>
    /// <param name="prefix">What stands before the name, for example <c>/yjs/</c>.</param>
    /// <param name="following">How many parts come after the name, which contains no slashes then but encoded ones;
    /// null if the name is all the rest, and may contain them.</param>
    /// <param name="name">The name.</param>
    /// <param name="error">One sentence for the client.</param>
    public static bool TryGetName(string rawTarget, string prefix, int? following, out DocumentName name,
        [NotNullWhen(false)] out string? error)
    {
        name = default;
        var end = rawTarget.AsSpan().IndexOfAny('?', '#');
        var path = end < 0 ? rawTarget.AsSpan() : rawTarget.AsSpan(0, end);
        if (!path.StartsWith(prefix, StringComparison.Ordinal))
        {
            error = $"The path must begin with {prefix} as it is written here.";
            return false;
        }

        var encoded = path[prefix.Length..];
        if (following is { } parts)
        {
            if (encoded.Count('/') != parts)
            {
                error = "A slash in a document's name must be written as %2F here.";
                return false;
            }

            encoded = parts > 0 ? encoded[..encoded.IndexOf('/')] : encoded;
        }

        if (!TryDecode(encoded, out var text))
        {
            error = "The document's name is not percent-encoded UTF-8.";
            return false;
        }

        return DocumentName.TryCreate(text, out name, out error);
    }

    private static bool TryDecode(ReadOnlySpan<char> encoded, [NotNullWhen(true)] out string? text)
    {
        text = null;
        var bytes = new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var c = encoded[i];
            if (c > 0x7F)
            {
                return false;
            }

            // A percent sign that begins no escape stands for itself: URL parsers leave it alone, so that is how
            // clients send a room called "50%".
            if (c != '%' || i + 2 >= encoded.Length
                || !byte.TryParse(encoded.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                    out var escaped))
            {
                bytes[length++] = (byte)c;
                continue;
            }

            bytes[length++] = escaped;
            i += 2;
        }

        try
        {
            text = Strict.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
