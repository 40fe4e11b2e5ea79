using Relay.Connections;
using Relay.Doubles;
using Relay.Protocols.Hocuspocus;
using Xunit.Abstractions;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>Proofs of a second reader.</summary>
public sealed class Reader2SessionTests(ITestOutputHelper output)
{
    /// <summary>1,024 values, and a client without structs: an update that is refused by nothing.</summary>
    private static byte[] WithEmptySection()
    {
        var bytes = new List<byte> { 2, 0x80, 0x08, 9, 0 };
        for (var i = 0; i < 1024; i++)
        {
            bytes.AddRange([8, 1, 1, (byte)'a', 1, 126]);
        }

        bytes.AddRange([0, 5, 0, 0]);
        return [.. bytes];
    }

    /// <summary>Garbage and deleted structs in turn.</summary>
    private static byte[] Tiny(int pairs)
    {
        var bytes = new List<byte> { 1 };
        var count = (uint)(2 * pairs);
        for (; count > 127; count >>= 7)
        {
            bytes.Add((byte)(count | 0x80));
        }

        bytes.AddRange([(byte)count, 6, 0]);
        for (var i = 0; i < pairs; i++)
        {
            bytes.AddRange([0, 1, 0x81, 6, 0, 1]);
        }

        bytes.Add(0);
        return [.. bytes];
    }

    [Fact]
    public void A_writer_cannot_end_the_session_of_others_by_a_client_without_structs()
    {
        using var world = new World(new SessionSettings { DeliveryBytes = 20_000 });
        var (writer, honest, stuck) = (world.Client(), world.Client(), world.Client());
        stuck.IsStuck = true;
        writer.Say(Update(Typed(1, 0, "a")));
        writer.Say(Update(WithEmptySection()));
        for (ulong i = 0; i < 30 && honest.Closed is null; i++)
        {
            writer.Say(Update(Typed(2, i * 1000, new string('x', 1000))));
        }

        Assert.Null(honest.Closed);
    }

    [Fact]
    public void An_update_that_will_be_refused_is_not_applied_before()
    {
        using var world = new World(new SessionSettings { MaxDocumentBytes = 1 << 20 });
        var update = Update(Tiny(500_000));
        var client = new TestConnection(world.Context, world.Sessions, World.Name).Join();
        client.Say(Step1());
        var before = GC.GetAllocatedBytesForCurrentThread();
        client.Say(update);
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{update.Length} bytes took {taken}; closed with {client.Closed?.Code}");
        Assert.True(taken < 50L * update.Length, $"{taken}");
    }

    [Fact]
    public void What_is_remembered_for_a_stranger_is_charged()
    {
        var time = new ManualTime();
        var all = new BufferBudget(64 << 20, time);
        var budget = new UnadmittedBudget(all);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var absent = new AbsentDocuments(1000, budget, time, (_, _) => { });
        var question = new DocumentMessage(DocumentMessageKind.SyncStep1, new byte[16 << 10], [], Bytes: 16 << 10);
        for (var i = 0; i < 1000; i++)
        {
            var name = $"{i}{new string('n', 1200)}";
            absent.Refused(name, AddressState.Denied, "no");
            absent.Drop(name, question);
        }

        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{held} bytes are held, {budget.Used} charged");
        Assert.True(budget.Used > held / 2);
    }
}
