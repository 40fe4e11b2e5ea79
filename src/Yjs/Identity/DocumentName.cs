using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Relay.Yjs;

/// <summary>
/// The name of a document: 1 to <see cref="MaxUtf8Bytes"/> bytes of well-formed UTF-8. Names are compared ordinally.
/// </summary>
public readonly record struct DocumentName
{
    /// <summary>The longest name, in bytes of UTF-8: what fits, escaped, into every key that carries a name.</summary>
    public const int MaxUtf8Bytes = 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true);

    private readonly string? value;

    private DocumentName(string value) => this.value = value;

    /// <summary>The name as it was given; never empty for a name made by this type.</summary>
    public string Value => value ?? throw new InvalidOperationException("The default DocumentName names no document.");

    /// <summary>Makes a name, or says in one sentence why <paramref name="text"/> is none.</summary>
    public static bool TryCreate(string text, out DocumentName name, [NotNullWhen(false)] out string? error)
    {
        name = default;
        if (text.Length == 0)
        {
            error = "A document name must not be empty.";
            return false;
        }

        int bytes;
        try
        {
            bytes = text.Length > MaxUtf8Bytes ? text.Length : Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            error = "A document name must be well-formed Unicode.";
            return false;
        }

        if (bytes > MaxUtf8Bytes)
        {
            error = $"A document name must not exceed {MaxUtf8Bytes} bytes of UTF-8.";
            return false;
        }

        name = new DocumentName(text);
        error = null;
        return true;
    }

    /// <summary>Makes a name from text that is known to be one.</summary>
    /// <exception cref="ArgumentException"><paramref name="text"/> is no name.</exception>
    public static DocumentName Create(string text) =>
        TryCreate(text, out var name, out var error) ? name : throw new ArgumentException(error, nameof(text));

    /// <summary>The name as UTF-8, 1 to <see cref="MaxUtf8Bytes"/> bytes.</summary>
    public byte[] ToUtf8() => Strict.GetBytes(Value);

    public override string ToString() => value ?? "";
}
