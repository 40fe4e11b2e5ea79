using System.Globalization;

namespace Relay.Backplane;

/// <summary>
/// The file <c>flushed</c>: how far a log was on the disk when it was opened or closed, as the number of its last
/// segment and a length, each of 20 digits. It stays true until the next start, since segments only grow meanwhile. So
/// what does not read before that place is damage, and not the torn end that a power cut leaves.
/// </summary>
/// <param name="Number">The last segment's number.</param>
/// <param name="Length">Its length in bytes.</param>
internal sealed record FlushMark(long Number, long Length)
{
    private const string FileName = "flushed";
    private const int Digits = 20;

    /// <summary>Null if there is none, or if the file does not read.</summary>
    public static FlushMark? TryRead(string directory)
    {
        var path = Path.Combine(directory, FileName);
        return File.Exists(path)
            && File.ReadAllText(path) is { Length: (2 * Digits) + 1 } text
            && TryParse(text.AsSpan(0, Digits), out var number)
            && TryParse(text.AsSpan(Digits + 1), out var length)
            ? new FlushMark(number, length)
            : null;
    }

    public void Write(string directory)
    {
        var path = Path.Combine(directory, FileName);
        using (var file = new StreamWriter(new FileStream(path + ".new", FileMode.Create)))
        {
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{Number:d20} {Length:d20}"));
            file.Flush();
            ((FileStream)file.BaseStream).Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
        DirectoryFlush.Flush(directory);
    }

    /// <summary>Whether the byte at <paramref name="offset"/> is known to have been on the disk.</summary>
    public bool Covers(Segment segment, long offset) =>
        Number > segment.Number || (Number == segment.Number && offset < Length && Length <= segment.Length);

    private static bool TryParse(ReadOnlySpan<char> digits, out long value) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
