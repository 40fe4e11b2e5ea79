using System.Text;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>Bytes as stock clients send them.</summary>
internal static class Messages
{
    /// <summary>
    /// The update of a client that types <paramref name="text"/> (ASCII) into the text "t", at its own clock
    /// <paramref name="clock"/>, after what it typed before.
    /// </summary>
    public static byte[] Typed(ulong client, ulong clock, string text)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarUint(1);
        writer.WriteVarUint(1);
        writer.WriteVarUint(client);
        writer.WriteVarUint(clock);
        if (clock == 0)
        {
            writer.WriteByte(0x04);
            writer.WriteVarUint(1);
            writer.WriteVarBytes("t"u8);
        }
        else
        {
            writer.WriteByte(0x84);
            writer.WriteVarUint(client);
            writer.WriteVarUint(clock - 1);
        }

        writer.WriteVarBytes(Encoding.ASCII.GetBytes(text));
        writer.WriteVarUint(0);
        return writer.ToArray();
    }

    /// <summary>
    /// The update that deletes one of a client's characters; for a client id and a clock of one byte.
    /// </summary>
    public static byte[] Deleted(byte client, byte clock) => [0, 1, client, 1, clock, 1];

    public static byte[] Step1(params byte[] stateVector) => Make([0, 0], stateVector.Length == 0 ? [0] : stateVector);

    public static byte[] Step2(byte[] update) => Make([0, 1], update);

    public static byte[] Update(byte[] update) => Make([0, 2], update);

    public static byte[] Presence(params (ulong Client, ulong Clock, string State)[] entries) =>
        Make([1], PresenceUpdate(entries));

    public static byte[] PresenceUpdate(params (ulong Client, ulong Clock, string State)[] entries) =>
        AwarenessUpdate.Encode(
            [.. entries.Select(e => new AwarenessEntry(e.Client, e.Clock, Encoding.UTF8.GetBytes(e.State)))]);

    public static byte[] QueryPresence() => [3];

    public static byte[] Marker(params byte[] content) => Make([102], content);

    private static byte[] Make(byte[] types, byte[] payload)
    {
        using var writer = new Lib0Writer();
        writer.WriteBytes(types);
        writer.WriteVarBytes(payload);
        return writer.ToArray();
    }
}
