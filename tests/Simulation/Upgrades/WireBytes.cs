using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Relay.Backplane;
using Relay.Peers;
using Relay.Persistence;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// What nodes of two versions store and send, as the bytes that the real encoders make of it and the real decoders
/// read. A reader of the later version is given what it understands in today's form.
/// </summary>
internal static class WireBytes
{
    private const int SnapshotVersionAt = 8;
    private const int AnswerVersionAt = 8;
    private const int EntryVersionAt = 8;
    private const byte NextEntryVersion = 0x10;
    private const string Question = "the proof of a question";

    private static readonly PeerSecret Secret = new("the secret of simulated nodes");

    /// <summary>An entry as it stands in the log.</summary>
    public static byte[] Of(in LoggedEntry entry, bool isLater)
    {
        var bytes = RedisEntry.Encode(new LogEntry(entry.Position.Id, entry.Kind, entry.Payload)
        {
            Fields = LaterFields.AsRead(entry.Fields, isLater),
        });
        if (LaterFields.IsNextVersion(entry.Fields) && !isLater)
        {
            bytes[EntryVersionAt] += NextEntryVersion;
        }

        return bytes;
    }

    /// <summary>Reads an entry of the log; returns null, or why it is refused.</summary>
    public static string? Read(in LoggedEntry stored, bool isLater, out LoggedEntry entry)
    {
        var at = stored.Position;
        return RedisEntry.Read(Of(stored, isLater), new Position(at.Epoch, at.Offset - 1, stored.Previous), out entry);
    }

    /// <summary>Reads a stored snapshot.</summary>
    public static SnapshotReadResult Read(Snapshot stored, bool isLater)
    {
        var bytes = SnapshotFormat.Encode(stored with { Fields = LaterFields.AsRead(stored.Fields, isLater) })
            .ToArray();
        if (LaterFields.IsNextVersion(stored.Fields) && !isLater)
        {
            var version = bytes.AsSpan(SnapshotVersionAt);
            BinaryPrimitives.WriteUInt16BigEndian(version, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(version) + 1));
            SHA256.HashData(bytes.AsSpan(..^SHA256.HashSizeInBytes), bytes.AsSpan(^SHA256.HashSizeInBytes..));
        }

        return SnapshotFormat.Decode(bytes, stored.Document, stored.Position);
    }

    /// <summary>Reads another node's answer.</summary>
    public static PeerAnswer Read(PeerState sent, bool isLater)
    {
        var state = sent with { Fields = LaterFields.AsRead(sent.Fields, isLater) };
        var answer = new MemoryStream();
        Completed(PeerStateWriter.WriteAsync(answer, state, Secret, Question, CancellationToken.None));
        if (LaterFields.IsNextVersion(sent.Fields) && !isLater)
        {
            var version = answer.GetBuffer().AsSpan(AnswerVersionAt);
            BinaryPrimitives.WriteUInt16BigEndian(version, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(version) + 1));
        }

        answer.Position = 0;
        var read = PeerStateReader.ReadAsync(answer, Secret, Question, int.MaxValue, CancellationToken.None);
        Completed(read);
        return read.Result;
    }

    /// <summary>What is in memory is read at once, so that a schedule stays on its thread.</summary>
    private static void Completed(Task task)
    {
        if (!task.IsCompleted)
        {
            throw new ScheduleFailedException("An answer in memory was not read or written at once.");
        }

        task.GetAwaiter().GetResult();
    }
}
