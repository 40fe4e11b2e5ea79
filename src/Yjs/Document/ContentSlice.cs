namespace Relay.Yjs;

/// <summary>
/// A part of a content: bytes <paramref name="Start"/> to <paramref name="End"/>, with U+FFFD where a surrogate pair
/// was cut.
/// </summary>
internal readonly record struct ContentSlice(int Start, int End, bool ReplacementBefore, bool ReplacementAfter)
{
    /// <summary>How many bytes it has, the replacements included.</summary>
    public int Bytes => End - Start + (ReplacementBefore ? 3 : 0) + (ReplacementAfter ? 3 : 0);
}
