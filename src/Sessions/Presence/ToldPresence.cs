using System.Buffers.Binary;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Presence entries as nodes tell them each other, with their users. Where no user is known it is the y-protocols
/// encoding alone. Otherwise a zero byte comes first, then that encoding with its length, then 8 bytes for each
/// entry's user, big-endian.
/// </summary>
/// <param name="Entries">The entries.</param>
/// <param name="Users">Their users, in the same order; empty where no user is known.</param>
internal readonly record struct ToldPresence(IReadOnlyList<AwarenessEntry> Entries, IReadOnlyList<PresenceUser> Users)
{
    private const int UserBytes = 8;

    public PresenceUser UserOf(int entry) => Users.Count == 0 ? default : Users[entry];

    public static ToldPresence Of(IReadOnlyList<AwarenessEntry> entries, Func<ulong, PresenceUser> userOf)
    {
        PresenceUser[] users = [.. entries.Select(entry => userOf(entry.ClientId))];
        return new ToldPresence(entries, Array.Exists(users, user => user.IsKnown) ? users : []);
    }

    public byte[] Encode()
    {
        var update = AwarenessUpdate.Encode([.. Entries]);
        if (Users.Count == 0)
        {
            return update;
        }

        using var writer = new Lib0Writer();
        writer.WriteByte(0);
        writer.WriteVarBytes(update);
        Span<byte> bytes = stackalloc byte[UserBytes];
        foreach (var user in Users)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, user.Value);
            writer.WriteBytes(bytes);
        }

        return writer.ToArray();
    }

    /// <summary>Null for what no node of a version known here wrote.</summary>
    public static ToldPresence? TryDecode(ReadOnlyMemory<byte> content)
    {
        var update = content;
        var users = ReadOnlyMemory<byte>.Empty;

        // A zero byte alone is the update without entries.
        var hasUsers = content.Length > 1 && content.Span[0] == 0;
        if (hasUsers)
        {
            var reader = new Lib0Reader(content.Span);
            reader.ReadByte();
            var length = reader.ReadLength();
            update = content.Slice(reader.Position, length);
            users = content[(reader.Position + length)..];
        }

        if (!AwarenessUpdate.TryDecode(update, AwarenessLimits.MaxEntriesPerFrame, out var entries, out _)
            || (hasUsers && users.Length != entries.Count * UserBytes))
        {
            return null;
        }

        return new ToldPresence(entries, ReadUsers(users.Span));
    }

    private static PresenceUser[] ReadUsers(ReadOnlySpan<byte> bytes)
    {
        var users = new PresenceUser[bytes.Length / UserBytes];
        for (var i = 0; i < users.Length; i++)
        {
            users[i] = new PresenceUser(BinaryPrimitives.ReadUInt64BigEndian(bytes[(i * UserBytes)..]));
        }

        return users;
    }
}
