using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Relay.Yjs;

/// <summary>
/// Goes back to an older state of a document as its users would by undoing: with an update that deletes what has come
/// since and inserts anew what has gone since. So nothing is taken out of the history, whatever others write at the
/// same time stays, and the restoring itself can be restored.
/// </summary>
public static class DocumentRestore
{
    /// <summary>
    /// 4,400 structs that were inserted at one place at the same time, and a tenth of a second's work.
    /// </summary>
    private const long MaxConflicts = 10_000_000;

    /// <summary>Stands for the client in a draft: no client has such an id.</summary>
    private const ulong Nobody = ulong.MaxValue;

    /// <summary>
    /// Computes the update. A document in the present state that applies it shows what the older one showed; the text,
    /// lists, keys, formats and types that are visible in both keep their ids. What is inserted twice, because it is
    /// computed again before the document has it, is there once. Takes time and memory in proportion to both states, so
    /// it belongs on a thread that may be busy.
    /// </summary>
    /// <param name="present">The document's state, as an update (format V1).</param>
    /// <param name="older">The state to go back to. What of it the present one does not have becomes part of the
    /// update.</param>
    /// <param name="update">The update; empty when both show the same.</param>
    /// <param name="error">Why there is none: a state does not read, or too much of it was inserted at one
    /// place.</param>
    public static bool TryCompute(ReadOnlyMemory<byte> present, ReadOnlyMemory<byte> older, out byte[] update,
        out YjsError error) => TryCompute(present, older, 0, out update, out error);

    /// <summary>
    /// For tests: each draw gives the copies another client, whose id decides between what was inserted at once.
    /// </summary>
    internal static bool TryCompute(ReadOnlyMemory<byte> present, ReadOnlyMemory<byte> older, int draw,
        out byte[] update, out YjsError error)
    {
        update = [];
        YDocument both = new(), alone = new();
        if (!both.TryApply(present, out _, out error) || !both.TryApply(older, out var news, out error)
            || !alone.TryApply(older, out _, out error))
        {
            return false;
        }

        var (now, then) = (new RestorableDocument(both), new RestorableDocument(alone));
        var containers = new Dictionary<int, int>();
        for (var i = 0; i < then.Containers.All.Length; i++)
        {
            containers.TryAdd(now.IndexOfContainer(then, then.Containers[i]), i);
        }

        if (!Sequences.TryOrder(now, MaxConflicts, out var nowOrder)
            || !Sequences.TryOrder(then, MaxConflicts, out var thenOrder))
        {
            error = new YjsError("Too much was inserted at one place of the document at the same time.", 0);
            return false;
        }

        if (!VisibleContent.IsSame(now, nowOrder, then, thenOrder))
        {
            using var draft = WriteAs(Nobody);
            using var writer = WriteAs(ClientOf(draft.Copies, now, draw));
            update = writer.ToUpdate();
        }

        return news.IsEmpty || TryAddNews(news, ref update, out error);

        RestoreWriter WriteAs(ulong client)
        {
            var writer = new RestoreWriter(client);
            new Restoration(now, then, containers, nowOrder, thenOrder, writer).Run();
            return writer;
        }
    }

    private static bool TryAddNews(ReadOnlyMemory<byte> news, ref byte[] update, out YjsError error)
    {
        if (update.Length > 0)
        {
            return YDocument.TryMerge([news, update], out update, out error);
        }

        update = news.ToArray();
        error = default;
        return true;
    }

    /// <summary>
    /// An id in nobody's use, of as many bits as Yjs draws (<c>yjs/src/utils/Doc.js</c>, <c>generateNewClientId</c>),
    /// out of all that is copied and where to: whoever copies the same at the same time writes the same structs, and
    /// different ones are never of one client.
    /// </summary>
    private static ulong ClientOf(ReadOnlySpan<byte> copies, in RestorableDocument document, int draw)
    {
        var hash = SHA256.HashData(copies);
        ulong client = 0;
        for (var i = 0; i <= draw || document.IndexOfClient(client) != Block.None; i++)
        {
            client = BinaryPrimitives.ReadUInt32LittleEndian(hash);
            hash = SHA256.HashData(hash);
        }

        return client;
    }
}
