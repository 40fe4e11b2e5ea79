using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols;

/// <summary>
/// Reads the messages of y-protocols that every protocol of Yjs clients carries, each after its type. The messages
/// share the frame's memory. Updates and state vectors are not looked into: the session does that once.
/// </summary>
internal static class SyncReader
{
    /// <summary>A question for all presence.</summary>
    public static readonly DocumentMessage QueryAwareness = new(DocumentMessageKind.QueryAwareness, default, []);

    /// <summary>Reads a SyncStep1, a SyncStep2 or an Update.</summary>
    /// <param name="reader">Stands after the type.</param>
    /// <param name="frame">What the reader reads.</param>
    /// <returns>The message; of no meaning if the reader failed.</returns>
    public static DocumentMessage ReadSync(ref Lib0Reader reader, ReadOnlyMemory<byte> frame)
    {
        var at = reader.Position;
        var step = reader.ReadVarUint();
        var payload = ReadBuffer(ref reader, frame);
        switch (step)
        {
            case SyncBytes.Step1:
                return new DocumentMessage(DocumentMessageKind.SyncStep1, payload, []);
            case SyncBytes.Step2:
                return new DocumentMessage(DocumentMessageKind.SyncStep2, payload, []);
            case SyncBytes.Update:
                return new DocumentMessage(DocumentMessageKind.Update, payload, []);
            default:
                reader.FailAt("A sync message is none of SyncStep1, SyncStep2 and Update.", at);
                return default;
        }
    }

    /// <summary>
    /// Reads presence. What is wrong inside its buffer does not fail the reader (<see cref="InboundAwareness.Read"/>):
    /// clients repeat the presence of others.
    /// </summary>
    /// <param name="reader">Stands after the type.</param>
    /// <param name="frame">What the reader reads.</param>
    /// <param name="entries">
    /// How many entries the rest of the frame may have: an entry takes six times its bytes in memory.
    /// </param>
    /// <returns>The message; of no meaning if the reader failed.</returns>
    public static DocumentMessage ReadAwareness(
        ref Lib0Reader reader, ReadOnlyMemory<byte> frame, ref int entries)
    {
        var payload = ReadBuffer(ref reader, frame);
        if (reader.Failed)
        {
            return default;
        }

        var message = InboundAwareness.Read(payload, entries);
        entries -= message.Awareness.Count;
        return message;
    }

    /// <summary>A length and as many bytes of the frame (lib0's <c>readVarUint8Array</c>).</summary>
    public static ReadOnlyMemory<byte> ReadBuffer(ref Lib0Reader reader, ReadOnlyMemory<byte> frame)
    {
        var length = reader.ReadLength();
        return frame.Slice(reader.Position, reader.ReadBytes(length).Length);
    }
}
