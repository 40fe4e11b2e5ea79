using System.Collections;

namespace Relay.Logging;

/// <summary>
/// The values of a line or of a scope, as formatters of logs read them: those that are text are cleaned when they are
/// read, so a scope that no formatter shows costs one small object.
/// </summary>
internal sealed class LogValues(IEnumerable<KeyValuePair<string, object?>> values, Func<string> line)
    : IEnumerable<KeyValuePair<string, object?>>
{
    /// <summary>The key under which the text of a line stands before its values are put in.</summary>
    private const string Template = "{OriginalFormat}";

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        foreach (var (key, value) in values)
        {
            yield return KeyValuePair.Create(key, key == Template ? value : Clean(value));
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => line();

    /// <summary>The text of a line with its values cleaned.</summary>
    public static string CleanLine(string text, IEnumerable<KeyValuePair<string, object?>>? values)
    {
        foreach (var (key, value) in values ?? [])
        {
            if (key != Template && TextOf(value) is { } raw)
            {
                var clean = LogText.Clean(raw, LogText.MaxValueLength);
                if (!ReferenceEquals(clean, raw))
                {
                    text = text.Replace(raw, clean, StringComparison.Ordinal);
                }
            }
        }

        return LogText.Clean(text, LogText.MaxLineLength);
    }

    private static object? Clean(object? value)
    {
        if (TextOf(value) is not { } raw)
        {
            return value;
        }

        var clean = LogText.Clean(raw, LogText.MaxValueLength);
        return ReferenceEquals(clean, raw) ? value : clean;
    }

    /// <summary>A value as text; null for numbers, times and the like, which a client cannot fill with text.</summary>
    private static string? TextOf(object? value) => value switch
    {
        string text => text,
        null or IConvertible or TimeSpan or DateTimeOffset => null,
        _ => value.ToString(),
    };
}
