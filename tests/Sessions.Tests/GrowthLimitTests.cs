using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary><c>Limits:MaxDocumentBytes</c> counts what memory grows by, and what readers send takes none.</summary>
public sealed class GrowthLimitTests
{
    private const int Limit = 1_000_000;

    [Fact]
    public void Tiny_structs_are_refused_before_the_document_takes_more_than_it_may()
    {
        using var world = new World(SessionDefaults.Value with { MaxDocumentBytes = Limit });
        var refused = false;
        for (ulong id = 1; id <= 100 && !refused; id++)
        {
            var client = world.Client();
            client.Say(Update(Tiny(id, 1000)));
            refused = client.Closed == RefusalReason.DocumentTooLarge;
            client.Leave();
        }

        // All of it would be half of the limit in bytes of the wire.
        Assert.True(refused);
        Assert.InRange(MemoryOf(world.Stored()), Limit / 4, Limit);
    }

    [Fact]
    public void What_waits_for_its_append_counts()
    {
        using var world = new World(SessionDefaults.Value with { MaxDocumentBytes = Limit });
        world.Backplane.Appending.IsShut = true;
        var client = world.Client();
        ulong taken = 0;
        while (client.Closed is null && taken < 100)
        {
            client.Say(Update(Tiny(++taken, 500)));
        }

        Assert.Equal(RefusalReason.DocumentTooLarge, client.Closed);
        Assert.InRange(taken, 4UL, 12UL);
        world.Backplane.Appending.Open();
        world.Run();
        Assert.InRange(MemoryOf(world.Stored()), Limit / 20, Limit);
    }

    [Fact]
    public void A_document_that_another_writer_has_filled_is_read_and_can_be_emptied_and_written_again()
    {
        using var world = new World(SessionDefaults.Value with { MaxDocumentBytes = Limit });
        var (reader, writer, other) = (world.Client(access: AccessLevel.Read), world.Client(), world.Client());
        writer.Say(Update(Typed(1, 0, new string('x', 10_000))));
        ulong id = 2;
        for (var count = 100_000; count > 0; count /= 2)
        {
            TestConnection client;
            do
            {
                client = world.Client();
                client.Say(Update(Typed(id++, 0, new string('x', count))));
            }
            while (client.Closed is null);
        }

        Assert.InRange(MemoryOf(world.Stored()), Limit / 2, Limit);
        Assert.Null(reader.Closed);
        Assert.Null(writer.Closed);
        var deletes = Enumerable.Range(1, (int)id - 1).Select(client => (Client: (ulong)client, Length: 100_000UL));
        foreach (var some in deletes.Chunk(10))
        {
            writer.Say(Update(AllDeleted(some)));
        }

        Assert.Null(writer.Closed);
        Assert.InRange(MemoryOf(world.Stored()), 0, Limit / 2);

        // Memory is given back when the document is saved.
        world.Advance(120);
        writer.Say(Update(Typed(id, 0, "goes on")));
        other.Say(Update(Tiny(id + 1, 100)));
        Assert.All([reader, writer, other], client => Assert.Null(client.Closed));
    }

    [Fact]
    public void What_was_appended_is_counted_once()
    {
        using var world = new World(SessionDefaults.Value with { MaxDocumentBytes = Limit });
        var client = world.Client();
        for (ulong i = 0; i < 20_000; i++)
        {
            client.Say(Update(Typed(1, i, "x")));
        }

        Assert.Null(client.Closed);
    }

    [Fact]
    public void Deletes_that_a_returning_client_repeats_are_not_counted_again()
    {
        var text = Typed(1, 0, new string('x', 20_000));
        var document = new YDocument();
        Assert.True(document.TryApply(text, out _, out _));
        Assert.True(document.TryApply(EverySecondDeleted(0, 10_000), out _, out _));
        var limit = document.MemoryBytes + 300_000;
        using var world = new World(SessionDefaults.Value with { MaxDocumentBytes = limit });
        var client = world.Client();
        client.Say(Update(text));
        for (var i = 0; i < 10_000; i += 500)
        {
            client.Say(Update(EverySecondDeleted(i, 500)));
        }

        Assert.Null(client.Closed);
        byte[] returned = [1, 1, 2, 0, 0x04, 1, 1, (byte)'t', 1, (byte)'y', .. EverySecondDeleted(0, 10_000)[1..]];
        Assert.True(document.TryGetNews(returned, long.MaxValue, out _, out var cost, out _, out _));
        Assert.InRange(cost.MemoryBytes, 1, 1_000);
        client.Say(Step2(returned));
        Assert.Null(client.Closed);
        Assert.True(document.TryApply(returned, out _, out _));
        Assert.Equal(document.EncodeState(), world.Stored());
    }

    [Fact]
    public void What_a_reader_sends_is_not_decoded_into_memory()
    {
        using var world = new World();
        var reader = world.Client(access: AccessLevel.Read, format: ReceiptFormat.Instance);
        var large = Tiny(7, 200_000);
        Assert.InRange(Allocated(world, reader, DocumentMessageKind.SyncStep2, large), 0, large.Length / 20);
        Assert.InRange(Allocated(world, reader, DocumentMessageKind.Update, large), 0, large.Length / 20);
        Assert.Equal(["refused", "refused"], reader.Got.Skip(2));
        var writer = world.Client();
        writer.Say(Update(large));
        Assert.InRange(Allocated(world, reader, DocumentMessageKind.SyncStep2, large), 0, large.Length / 20);
        Assert.Equal("accepted", reader.Got[^1]);
        Assert.Null(reader.Closed);
    }

    [Fact]
    public void What_a_writer_sends_is_refused_before_it_takes_much_memory()
    {
        // Twelve bytes for each of the update's; with what it says kept it would be 120.
        var large = Tiny(7, 400_000);
        using var world = new World(SessionDefaults.Value with { MaxDocumentBytes = Limit });
        var writer = world.Client();
        Assert.InRange(Allocated(world, writer, DocumentMessageKind.Update, large), 0, 12 * large.Length);
        Assert.Equal(RefusalReason.DocumentTooLarge, writer.Closed);
    }

    [Fact]
    public void A_first_update_that_is_too_large_is_refused_before_it_takes_memory()
    {
        using var world = new World(SessionDefaults.Value with { MaxDocumentBytes = Limit });
        var client = world.Client(format: ReceiptFormat.Instance);
        var large = Tiny(7, 200_000);
        var allocated = Allocated(world, client, DocumentMessageKind.Update, large);
        Assert.Equal(RefusalReason.DocumentTooLarge, client.Closed);

        // Decoded for the checks, and no more than that.
        Assert.InRange(allocated, 0, 20L * large.Length);
    }

    [Fact]
    public void First_updates_that_repeat_the_document_take_no_memory_for_it()
    {
        using var world = new World();
        var text = Typed(1, 0, new string('x', 1_000_000));
        world.Client().Say(Update(text));
        var client = world.Client(format: ReceiptFormat.Instance);
        Assert.InRange(Allocated(world, client, DocumentMessageKind.Update, text), 0, text.Length / 20);
        Assert.Equal("accepted", client.Got[^1]);
    }

    [Fact]
    public void An_update_of_a_reader_is_refused_whatever_it_says_and_a_bad_step_ends_its_connection()
    {
        using var world = new World();
        var reader = world.Client(access: AccessLevel.Read, format: ReceiptFormat.Instance);
        reader.Say(Update([1, 1, 1]));
        Assert.Equal(["refused"], reader.Got.Skip(2));
        Assert.Null(reader.Closed);
        reader.Say(Step2([1, 1, 1]));
        Assert.Equal(RefusalReason.BadUpdate, reader.Closed);
    }

    private static long Allocated(World world, TestConnection client, DocumentMessageKind kind, byte[] update)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        client.Attachment.Receive([new DocumentMessage(kind, update, [], Bytes: update.Length)]);
        world.Run();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static long MemoryOf(byte[] state)
    {
        var document = new YDocument();
        Assert.True(document.TryApply(state, out _, out var error), error.Message);
        return document.MemoryBytes;
    }

    /// <summary>Structs of five bytes each that do not join.</summary>
    private static byte[] Tiny(ulong client, int count)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarUint(1);
        writer.WriteVarUint((ulong)count);
        writer.WriteVarUint(client);
        writer.WriteVarUint(0);
        for (var i = 0; i < count; i++)
        {
            writer.WriteBytes([1, 1, 1, (byte)'t', 1]);
        }

        writer.WriteByte(0);
        return writer.ToArray();
    }

    private static byte[] AllDeleted(IReadOnlyCollection<(ulong Client, ulong Length)> clients)
    {
        using var writer = new Lib0Writer();
        writer.WriteByte(0);
        writer.WriteVarUint((ulong)clients.Count);
        foreach (var (client, length) in clients)
        {
            writer.WriteVarUint(client);
            writer.WriteVarUint(1);
            writer.WriteVarUint(0);
            writer.WriteVarUint(length);
        }

        return writer.ToArray();
    }

    private static byte[] EverySecondDeleted(int first, int count)
    {
        using var writer = new Lib0Writer();
        writer.WriteBytes([0, 1, 1]);
        writer.WriteVarUint((ulong)count);
        for (var i = first; i < first + count; i++)
        {
            writer.WriteVarUint((ulong)(2 * i));
            writer.WriteVarUint(1);
        }

        return writer.ToArray();
    }
}
