using System.Globalization;
using System.Text;

namespace Relay.Logging;

/// <summary>
/// Makes text that a client may have chosen fit for a log: what a terminal or a viewer would act on is escaped, and
/// long text is cut.
/// </summary>
internal static class LogText
{
    /// <summary>The longest value of a line, in UTF-16 code units, such as a document's name.</summary>
    public const int MaxValueLength = 200;

    /// <summary>The longest line.</summary>
    public const int MaxLineLength = 4096;

    /// <summary>The longest text of an exception with its stack.</summary>
    public const int MaxExceptionLength = 16_384;

    /// <summary>The same string where it is fit already, which is nearly always.</summary>
    /// <param name="text">What may have been chosen by a client.</param>
    /// <param name="maxLength">The part that is kept; the full length is said behind it.</param>
    /// <param name="keepsLines">Whether line ends and tabs stay, as in the text of an exception.</param>
    public static string Clean(string text, int maxLength, bool keepsLines = false)
    {
        var kept = Math.Min(text.Length, maxLength);
        var first = 0;
        while (first < kept && IsFit(text, first, keepsLines))
        {
            first++;
        }

        if (first == text.Length)
        {
            return text;
        }

        var clean = new StringBuilder(text, 0, first, kept + 32);
        for (var i = first; i < kept; i++)
        {
            if (IsFit(text, i, keepsLines))
            {
                clean.Append(text[i]);
            }
            else
            {
                clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
            }
        }

        return kept == text.Length
            ? clean.ToString()
            : clean.Append(CultureInfo.InvariantCulture, $"... ({text.Length} characters)").ToString();
    }

    /// <summary>
    /// Control characters move a terminal's cursor and end lines, format characters turn the direction of what
    /// follows, and half a surrogate pair cannot be encoded.
    /// </summary>
    private static bool IsFit(string text, int index, bool keepsLines) => char.GetUnicodeCategory(text[index]) switch
    {
        UnicodeCategory.Control => keepsLines && text[index] is ('\n' or '\r' or '\t'),
        UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Surrogate => IsHalfOfFitPair(text, index),
        _ => true,
    };

    private static bool IsHalfOfFitPair(string text, int index)
    {
        var start = char.IsLowSurrogate(text[index]) ? index - 1 : index;
        return start >= 0
            && start + 1 < text.Length
            && char.IsSurrogatePair(text[start], text[start + 1])
            && CharUnicodeInfo.GetUnicodeCategory(text, start) != UnicodeCategory.Format;
    }
}
