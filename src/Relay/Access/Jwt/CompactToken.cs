using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Relay.Access;

/// <summary>
/// A signed token (RFC 7515, 7.1) taken apart, its signature not checked yet. Reading is strict and bounded, so that nothing else reads bytes of which nobody knows who wrote them: three parts, each canonical
/// base64url, the first two JSON objects without duplicate members that are nested only a few levels deep.
/// </summary>
internal sealed class CompactToken : IDisposable
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly JsonDocument payload;

    private CompactToken(string algorithm, string? keyId, JsonDocument payload)
    {
        Algorithm = algorithm;
        KeyId = keyId;
        this.payload = payload;
    }

    /// <summary>The header's <c>alg</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The header's <c>kid</c>.</summary>
    public string? KeyId { get; }

    /// <summary>The claims; valid until this is disposed.</summary>
    public JsonElement Claims => payload.RootElement;

    public static bool TryRead(string token, [NotNullWhen(true)] out CompactToken? read)
    {
        read = null;
        var parts = token.Split('.', 4);
        if (parts.Length != 3 || !IsCanonical(parts[2]) || !TryParse(parts[0], out var header))
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

            read = new CompactToken(algorithmText!, keyText, payload);
            return true;
        }
    }

    /// <summary>The text of a string, or nothing for what is not there; false for text that is no Unicode.</summary>
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

    private static bool IsCanonical(string part) =>
        part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && Base64Url.IsValid(part) && Base64Url.EncodeToString(Base64Url.DecodeFromChars(part)) == part;

    private static bool TryParse(string part, [NotNullWhen(true)] out JsonDocument? parsed)
    {
        parsed = null;
        if (!IsCanonical(part))
        {
            return false;
        }

        try
        {
            parsed = JsonDocument.Parse(Base64Url.DecodeFromChars(part), Strict);
            if (parsed.RootElement.ValueKind == JsonValueKind.Object)
            {
                return true;
            }

            parsed.Dispose();
        }
        catch (Exception exception) when (exception is JsonException or DecoderFallbackException or InvalidOperationException)
        {
        }

        parsed = null;
        return false;
    }
}
