using System.Buffers;
using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>Names, positions and snapshots that many tests need.</summary>
internal static class Samples
{
    internal static readonly DateTimeOffset Time = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

    internal static readonly DocumentName Document = DocumentName.Create("team/Notes 1");

    /// <summary>
    /// Names that would leave a directory, end a string, be reserved, be folded together, or be too long if they stood
    /// in a path as they are.
    /// </summary>
    internal static IReadOnlyList<string> HostileNames { get; } =
    [
        ".", "..", "../..", "../../etc/passwd", "/", "//", "/etc/passwd", "\\\\server\\share", "C:\\",
            "a/../b", "a/b", "a\\b",
        "}", "{r0}", "%2e%2e%2f", "\0", "a\0b", "\n", "a\r\nb", "\u007f", "\u202egnp.exe", "😀", "😀😀😀", "é",
            "e\u0301", "名前",
        "CON", "con", "con.txt", "NUL", "COM1", "aux.", "trailing.", "trailing..", "trailing ", " leading", "-rf", "--",
            "~", "*", "?", "a:b", "|", "\"", "'", "$(x)", "#", "&",
        "snapshots.relay", "Same", "same", "SAME", "ſame", "ß", "ss", "İ", "i",
        new('x', DocumentName.MaxUtf8Bytes), new('x', DocumentName.MaxUtf8Bytes - 1),
            new('.', DocumentName.MaxUtf8Bytes), new('/', DocumentName.MaxUtf8Bytes),
        string.Concat(Enumerable.Repeat("😀", DocumentName.MaxUtf8Bytes / 4)),
    ];

    /// <summary>A snapshot's stored bytes, in one piece.</summary>
    internal static byte[] Encode(Snapshot snapshot) => SnapshotFormat.Encode(snapshot).ToArray();

    internal static Position At(long epoch, long offset, ulong id = 0) =>
        new(epoch, offset, new EntryId(id != 0 ? id : (ulong)(epoch * 1000 + offset)));

    internal static Snapshot State(Position position, DocumentName? document = null, params byte[] update) =>
        new(document ?? Document, SnapshotKind.State, position, Time,
            update.Length == 0 ? new byte[] { 0, 0 } : update);

    internal static Snapshot Tombstone(Position position) =>
        new(Document, SnapshotKind.Tombstone, position, Time, ReadOnlyMemory<byte>.Empty);

    internal static void AssertSame(Snapshot expected, Snapshot? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected with { Update = default }, actual with { Update = default });
        Assert.True(expected.Update.Span.SequenceEqual(actual.Update.Span), "The update differs.");
    }
}
