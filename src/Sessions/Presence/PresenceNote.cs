using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// A node's own presence as it tells it when nodes greet each other: whether it is all of it (one byte), the number
/// of entries, how many milliseconds ago each was said (lib0 varints), and the entries.
/// </summary>
/// <param name="IsWhole">Whether the node has no other clients than these.</param>
/// <param name="Told">The entries.</param>
/// <param name="Ages">How old each of them is, in their order.</param>
internal sealed record PresenceNote(bool IsWhole, ToldPresence Told, IReadOnlyList<TimeSpan> Ages)
{
    public byte[] Encode()
    {
        using var writer = new Lib0Writer();
        writer.WriteByte(IsWhole ? (byte)1 : (byte)0);
        writer.WriteVarUint((ulong)Ages.Count);
        foreach (var age in Ages)
        {
            writer.WriteVarUint((ulong)Math.Max(0, age.TotalMilliseconds));
        }

        writer.WriteBytes(Told.Encode());
        return writer.ToArray();
    }

    /// <summary>Null for what no node of a version known here wrote.</summary>
    public static PresenceNote? TryDecode(ReadOnlyMemory<byte> content)
    {
        var reader = new Lib0Reader(content.Span);
        var flag = reader.ReadByte();
        var count = reader.ReadVarUint();
        if (reader.Failed || count > AwarenessLimits.MaxEntriesPerFrame || count > (ulong)reader.Remaining)
        {
            return null;
        }

        var ages = new TimeSpan[count];
        for (var i = 0; i < ages.Length; i++)
        {
            // An entry of another node's is dropped at half a minute; more is no age that a node would tell.
            ages[i] = TimeSpan.FromMilliseconds(Math.Min(reader.ReadVarUint(), 60_000));
        }

        return !reader.Failed
            && ToldPresence.TryDecode(content[reader.Position..]) is { } told
            && told.Entries.Count == ages.Length
            ? new PresenceNote(flag == 1, told, ages)
            : null;
    }
}
