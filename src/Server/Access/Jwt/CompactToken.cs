using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Relay.Access;

/// <summary>
/// A signed token (RFC 7515, 7.1) taken apart, its signature not checked yet. Reading is strict and bounded, because
/// any client may have written these bytes: three parts, each canonical base64url, the first two JSON objects without
/// duplicate members that are nested only a few levels deep. The token is parsed once: what is checked is what is used.
/// </summary>
internal sealed class CompactToken : IDisposable
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly JsonDocument payload;

    private CompactToken(string algorithm, string? keyId, JsonDocument payload, byte[] signed, byte[] signature)
    {
        Algorithm = algorithm;
        KeyId = keyId;
        this.payload = payload;
        Signed = signed;
        Signature = signature;
    }

    /// <summary>The header's <c>alg</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The header's <c>kid</c>.</summary>
    public string? KeyId { get; }

    /// <summary>The claims; valid until this is disposed.</summary>
    public JsonElement Claims => payload.RootElement;

    /// <summary>What the signature is made of: both encoded parts, and the dot between them.</summary>
    public byte[] Signed { get; }

    /// <summary>The signature, at least one byte.</summary>
    public byte[] Signature { get; }

    public static bool TryRead(string token, [NotNullWhen(true)] out CompactToken? read)
    {
        read = null;
        var parts = token.Split('.', 4);
        if (parts.Length != 3 || !TryDecode(parts[2], out var signature) || !TryParse(parts[0], out var header))
        {
            return false;
        }

        using (header)
        {
            var root = header.RootElement;
            if (!root.TryGetProperty("alg", out var algorithm) || algorithm.ValueKind != JsonValueKind.String

                // Extensions that a reader must understand: this one understands none.
                || root.TryGetProperty("crit", out _)
                || (root.TryGetProperty("kid", out var keyId) && keyId.ValueKind != JsonValueKind.String)
                || !TryGetText(algorithm, out var algorithmText)
                || !TryGetText(keyId, out var keyText)
                || !TryParse(parts[1], out var payload))
            {
                return false;
            }

            var signed = Encoding.ASCII.GetBytes(token, 0, token.Length - parts[2].Length - 1);
            read = new CompactToken(algorithmText!, keyText, payload, signed, signature);
            return true;
        }
    }

    /// <summary>The text of a string, or null for what is not there; false for text that is no Unicode.</summary>
    public static bool TryGetText(JsonElement element, out string? text)
    {
        text = null;
        if (element.ValueKind != JsonValueKind.String)
        {
            return element.ValueKind == JsonValueKind.Undefined;
        }

        try
        {
            text = element.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    public void Dispose() => payload.Dispose();

    /// <summary>Decodes what is just as an encoder writes it: no padding, white space or bits left over.</summary>
    private static bool TryDecode(string part, out byte[] bytes)
    {
        bytes = Base64Url.IsValid(part) ? Base64Url.DecodeFromChars(part) : [];
        if (bytes.Length == 0 || Base64Url.GetEncodedLength(bytes.Length) != part.Length)
        {
            return false;
        }

        // Bits can be left over only where the last group of three bytes is not whole.
        Span<char> end = stackalloc char[4];
        var count = Base64Url.EncodeToChars(bytes.AsSpan(bytes.Length - (bytes.Length % 3)), end);
        return part.AsSpan().EndsWith(end[..count]);
    }

    private static bool TryParse(string part, [NotNullWhen(true)] out JsonDocument? parsed)
    {
        parsed = null;
        if (!TryDecode(part, out var bytes))
        {
            return false;
        }

        try
        {
            parsed = JsonDocument.Parse(bytes, Strict);
            if (parsed.RootElement.ValueKind == JsonValueKind.Object)
            {
                return true;
            }

            parsed.Dispose();
        }
        catch (Exception exception) when (exception
            is JsonException or DecoderFallbackException or InvalidOperationException)
        {
        }

        parsed = null;
        return false;
    }
}
