using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>What connections are sent, and when; without a session around it.</summary>
public sealed class BroadcasterTests
{
    [Fact]
    public void A_connection_is_asked_and_sent_no_entry_before_its_question_is_answered()
    {
        using var world = new BroadcastWorld();
        var (connection, attachment) = world.Join();
        world.Apply("a");
        Assert.Equal(["step1"], Kinds(connection));
        world.Ask(attachment);
        world.Apply("b");
        Assert.Equal(["step1", "step2", "update"], Kinds(connection));
    }

    [Fact]
    public void Connections_with_one_format_share_the_bytes_of_an_entry()
    {
        using var world = new BroadcastWorld();
        var (one, first) = world.Join();
        var (other, second) = world.Join();
        world.Ask(first);
        world.Ask(second);
        world.Apply("a");
        Assert.Same(one.Sends[^1], other.Sends[^1]);
    }

    [Fact]
    public void A_connection_that_was_sending_gets_all_it_missed_in_its_next_send()
    {
        using var world = new BroadcastWorld();
        var (connection, attachment) = world.Join();
        world.Ask(attachment);
        connection.IsSlow = true;
        world.Apply("a");
        world.Apply("b");
        world.Apply("c");
        Assert.Equal(["step1", "step2", "update"], Kinds(connection));
        connection.IsSlow = false;
        world.Bench.Do(() => world.Broadcaster.OnSent(attachment));
        Assert.Equal(2, connection.Sends[^1].Length);
        Assert.Equal(["step1", "step2", "update", "update", "update"], Kinds(connection));
    }

    [Fact]
    public void A_connection_for_which_too_much_has_come_together_gets_one_diff()
    {
        using var world = new BroadcastWorld(SessionDefaults.Value with { DeliveryBytes = 100 });
        var (connection, attachment) = world.Join();
        world.Ask(attachment);
        connection.IsSlow = true;
        for (var i = 0; i < 20; i++)
        {
            world.Apply("x");
        }

        connection.IsSlow = false;
        world.Bench.Do(() => world.Broadcaster.OnSent(attachment));
        Assert.Equal(["step1", "step2", "update", "update"], Kinds(connection));
    }

    [Fact]
    public void An_unlogged_update_is_not_shown_to_its_writer_and_comes_with_the_answer_to_a_later_question()
    {
        using var world = new BroadcastWorld();
        var (writer, from) = world.Join();
        var (reader, to) = world.Join();
        world.Ask(from);
        world.Ask(to);
        world.Unlogged = Messages.Typed(5, 0, "u");
        world.Bench.Do(() => world.Broadcaster.DeliverUnlogged(world.Unlogged, from));
        Assert.Equal(["step1", "step2"], Kinds(writer));
        Assert.Equal(["step1", "step2", "update"], Kinds(reader));

        var (late, asker) = world.Join();
        world.Ask(asker);
        Assert.Equal(["step1", "step2", "update"], Kinds(late));
    }

    [Fact]
    public void A_question_that_is_no_state_vector_is_refused()
    {
        using var world = new BroadcastWorld();
        var (_, attachment) = world.Join();
        world.Ask(attachment, 5, 1);
        Assert.Equal([(attachment, RefusalReason.BadMessage)], world.Refused);
    }

    [Fact]
    public void Of_very_many_questions_at_once_only_the_last_ones_are_answered()
    {
        using var world = new BroadcastWorld();
        var (connection, attachment) = world.Join();
        world.Bench.Do(() =>
        {
            for (var i = 0; i < 40; i++)
            {
                world.Broadcaster.Ask(attachment, Question([0]));
            }

            world.Broadcaster.Pump(attachment);
        });
        Assert.Equal(16, Kinds(connection).Count(kind => kind == "step2"));
        Assert.Equal(40, connection.Settled);
    }

    [Fact]
    public void Messages_of_applications_that_a_slow_connection_does_not_take_are_dropped()
    {
        var room = 2 * (PlainFormat.FrameBytes + StatelessMessages.Overhead);
        using var world = new BroadcastWorld(SessionDefaults.Value with { StatelessBytes = room });
        var format = new PlainFormat();
        var (connection, attachment) = world.Join(format);
        world.Ask(attachment);
        connection.IsSlow = true;
        for (byte i = 0; i < 5; i++)
        {
            var message = new[] { i };
            world.Bench.Do(() => world.Broadcaster.Spread(message, null));
        }

        connection.IsSlow = false;
        var before = connection.Sends.Count;
        world.Bench.Do(() => world.Broadcaster.OnSent(attachment));
        Assert.Equal([1, 2], connection.Sends.Skip(before).SelectMany(frames => frames).Select(frame => frame.Span[0]));
    }

    [Fact]
    public void What_goes_out_is_counted()
    {
        using var world = new BroadcastWorld();
        var (connection, attachment) = world.Join();
        world.Ask(attachment);
        world.Apply("a");
        Assert.Equal(connection.Sends.SelectMany(frames => frames).Sum(frame => frame.Length), world.Figures.BytesOut);
    }

    private static DocumentMessage Question(byte[] stateVector) =>
        new(DocumentMessageKind.SyncStep1, stateVector, [], Bytes: 1);

    private static List<string> Kinds(StubConnection connection) =>
        [.. connection.Sends.SelectMany(frames => frames).Select(frame => frame.Span[3] switch
        {
            0 => "step1",
            1 => "step2",
            _ => "update",
        })];

    private sealed class BroadcastWorld : IBroadcasterSession, IDisposable
    {
        private readonly ConnectionSet connections;
        private readonly LoggedDocument content;
        private ulong typed;

        public BroadcastWorld(SessionSettings? settings = null)
        {
            connections = new ConnectionSet(Figures);
            var memory = NodeMemory.Unlimited.Open();
            content = new LoggedDocument(new YjsContentKind(true), new GrowthLimit(1 << 20, memory), Figures);
            var context = Bench.Context(settings);
            var records = new AwarenessRecords(memory);
            Broadcaster = new Broadcaster(
                context,
                connections,
                content,
                records,
                new PresencePace(context, records, connections),
                AnswerBudget.Unlimited,
                Figures,
                this);
        }

        public PartBench Bench { get; } = new();

        public RoomFigures Figures { get; } = new();

        public Broadcaster Broadcaster { get; }

        public List<(Attachment, RefusalReason)> Refused { get; } = [];

        public byte[] Unlogged { get; set; } = [];

        bool IBroadcasterSession.IsUnloggedShown => Unlogged.Length > 0;

        public (StubConnection Connection, Attachment Attachment) Join(FrameFormat? format = null)
        {
            var connection = format is null ? new StubConnection() : new StubConnection { Format = format };
            var attachment = connection.Attach();
            connections.Add(attachment);
            Bench.Do(() => Broadcaster.Greet(attachment));
            return (connection, attachment);
        }

        public void Ask(Attachment attachment, params byte[] stateVector) => Bench.Do(() =>
        {
            Broadcaster.Ask(attachment, Question(stateVector.Length == 0 ? [0] : stateVector));
            Broadcaster.Pump(attachment);
        });

        /// <summary>An entry is in the document.</summary>
        public void Apply(string text)
        {
            var update = Messages.Typed(1, typed, text);
            typed += (ulong)text.Length;
            Bench.Do(() =>
            {
                Assert.True(content.TryApply(update, out var diff, out _));
                Broadcaster.OnChanged();
                Broadcaster.Deliver(diff);
            });
        }

        ReadOnlyMemory<byte> IBroadcasterSession.UnloggedFor(Attachment attachment) => Unlogged;

        void IBroadcasterSession.ExpireAwareness()
        {
        }

        void IBroadcasterSession.Refuse(Attachment attachment, RefusalReason reason) =>
            Refused.Add((attachment, reason));

        public void Dispose() => Bench.Dispose();
    }

    /// <summary>A format whose frame of an application's message is the message.</summary>
    private sealed class PlainFormat : FrameFormat
    {
        public const int FrameBytes = 1;

        public override ReadOnlyMemory<byte> SyncStep1(ReadOnlySpan<byte> stateVector) => new byte[] { 0 };

        public override ReadOnlyMemory<byte> SyncStep2(ReadOnlySpan<byte> update) => update.ToArray();

        public override ReadOnlyMemory<byte> Update(ReadOnlySpan<byte> update) => update.ToArray();

        public override ReadOnlyMemory<byte> Awareness(ReadOnlySpan<byte> update) => new byte[] { 0 };

        public override ReadOnlyMemory<byte> Stateless(ReadOnlySpan<byte> message) => message.ToArray();
    }
}
