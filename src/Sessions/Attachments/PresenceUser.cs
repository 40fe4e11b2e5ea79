using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Relay.Sessions;

/// <summary>
/// The user of a presence entry, as nodes tell it each other: the beginning of the SHA-256 of the token's <c>sub</c>,
/// or 0 where there is none.
/// </summary>
internal readonly record struct PresenceUser(ulong Value)
{
    public bool IsKnown => Value != 0;

    public static PresenceUser Of(string? userId) => userId is null
        ? default
        : new PresenceUser(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(userId))));
}
