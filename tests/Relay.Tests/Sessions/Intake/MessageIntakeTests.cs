using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What becomes of the messages of a connection; without a session around it.</summary>
public sealed class MessageIntakeTests
{
    [Fact]
    public void What_is_new_goes_into_the_outbox_and_is_counted()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        world.Receive(attachment, Update(Messages.Typed(1, 0, "a")), Update(Messages.Typed(2, 0, "b")));
        Assert.Equal(2, world.Outbox.Count);
        Assert.Equal(attachment, world.Outbox[0].From);
        Assert.False(attachment.Receipts.IsAllAcknowledged);
        Assert.Equal(2, world.Figures.BytesIn);
    }

    [Fact]
    public void What_is_not_new_is_answered_at_once()
    {
        using var world = new IntakeWorld();
        world.Content.TryApply(Messages.Typed(1, 0, "a"), out _, out _);
        var attachment = world.Connect();
        world.Receive(attachment, Update(Messages.Typed(1, 0, "a")));
        Assert.True(world.Outbox.IsEmpty);
        Assert.Equal([8, 1], world.Frames(attachment)[^1][2..]);
    }

    [Fact]
    public void Messages_wait_until_their_connection_is_served()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect(isServed: false);
        world.Receive(attachment, Update(Messages.Typed(1, 0, "a")));
        Assert.True(world.Outbox.IsEmpty);
        attachment.IsServed = true;
        world.Bench.Do(() => world.Intake.ReceiveWaiting(attachment));
        Assert.Equal(1, world.Outbox.Count);
    }

    [Fact]
    public void A_frame_with_a_bad_update_has_no_effect_and_its_connection_ends()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        world.Receive(attachment, Update(Messages.Typed(1, 0, "a")), Update([9, 9]));
        Assert.True(world.Outbox.IsEmpty);
        Assert.Equal([(attachment, RefusalReason.BadUpdate)], world.Refused);
    }

    [Fact]
    public void Frames_before_a_bad_one_count_and_those_after_it_do_not()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        world.Receive(
            attachment,
            Update(Messages.Typed(1, 0, "a")),
            Update([9, 9]) with { Frame = 1 },
            Update(Messages.Typed(2, 0, "b")) with { Frame = 2 });
        Assert.Equal(1, world.Outbox.Count);
    }

    [Fact]
    public void An_update_of_a_reader_is_refused_and_nothing_of_it_is_taken()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect(AccessLevel.Read);
        world.Receive(attachment, Update(Messages.Typed(1, 0, "a")));
        Assert.True(world.Outbox.IsEmpty);
        Assert.Equal([8, 0], world.Frames(attachment)[^1][2..]);
    }

    [Fact]
    public void An_update_that_builds_on_what_a_later_SyncStep2_brings_waits_for_it_and_comes_after_it()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        world.Receive(attachment, Update(Messages.Typed(1, 1, "b")));
        Assert.True(world.Outbox.IsEmpty);
        world.Receive(attachment, Update(Messages.Typed(1, 0, "a")) with { Kind = DocumentMessageKind.SyncStep2 });
        Assert.Equal(2, world.Outbox.Count);
        Assert.Equal(Messages.Typed(1, 0, "a"), world.Outbox[0].Update.ToArray());
        Assert.Equal(["opened"], world.Told);
    }

    [Fact]
    public void An_early_update_is_taken_without_a_SyncStep2_that_does_not_come()
    {
        using var world = new IntakeWorld();
        var opening = new ConnectionOpening(world.Context, world.Broadcaster, world.Intake);
        var attachment = world.Connect(isServed: false);
        world.Bench.Do(() => opening.Serve(attachment));
        world.Receive(attachment, Update(Messages.Typed(1, 1, "b")));
        world.Bench.Advance(TimeSpan.FromSeconds(9));
        Assert.True(world.Outbox.IsEmpty);
        Assert.False(attachment.Delivery.Follows);
        world.Bench.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, world.Outbox.Count);
        Assert.True(attachment.Delivery.Follows);
    }

    [Fact]
    public void A_connection_that_may_still_say_what_it_has_is_waited_for()
    {
        using var world = new IntakeWorld();
        var opening = new ConnectionOpening(world.Context, world.Broadcaster, world.Intake);
        var attachment = world.Connect(isServed: false);
        world.Bench.Do(() => opening.Serve(attachment));
        ((StubConnection)attachment.Connection).MayHaveMore = true;
        world.Bench.Advance(TimeSpan.FromSeconds(25));
        Assert.False(attachment.Delivery.Follows);
        ((StubConnection)attachment.Connection).MayHaveMore = false;
        world.Bench.Advance(TimeSpan.FromSeconds(10));
        Assert.True(attachment.Delivery.Follows);
    }

    [Fact]
    public void A_document_that_would_grow_too_large_refuses_the_update()
    {
        using var world = new IntakeWorld(maxBytes: 4000);
        var attachment = world.Connect();
        world.Receive(attachment, Update(Messages.Typed(1, 0, new string('a', 8000))));
        Assert.Equal([(attachment, RefusalReason.DocumentTooLarge)], world.Refused);
    }

    [Fact]
    public void Presence_and_messages_of_applications_are_handed_on_and_settled()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        world.Receive(
            attachment,
            new DocumentMessage(DocumentMessageKind.Awareness, default, [], Bytes: 3),
            new DocumentMessage(DocumentMessageKind.Stateless, new byte[] { 1 }, [], Bytes: 4));
        Assert.Equal(["awareness", "stateless"], world.Told);
        Assert.Equal(7, ((StubConnection)attachment.Connection).Settled);
    }

    private static DocumentMessage Update(byte[] update) => new(DocumentMessageKind.Update, update, [], Bytes: 1);

    /// <summary>An intake whose outbox keeps what it takes.</summary>
    private sealed class IntakeWorld : IIntakeSession, IOutboxSession, IBroadcasterSession, IDisposable
    {
        private readonly ConnectionSet connections;

        public IntakeWorld(long maxBytes = 1 << 20)
        {
            var memory = NodeMemory.Unlimited.Open();
            Context = Bench.Context();
            connections = new ConnectionSet(Figures);
            Content = new LoggedDocument(new YjsContentKind(true), new GrowthLimit(maxBytes, memory), Figures);
            Outbox = new Outbox(Context, Content, new MemoryBackplane(), Figures, this);
            var records = new AwarenessRecords(memory);
            Broadcaster = new Broadcaster(
                Context, connections, Content, records, AnswerBudget.Unlimited, Figures, this);
            var unlogged = new UnloggedUpdates(
                Context, Content, Outbox, new AppendWatch(Bench.Time, Context.Settings.UnloggedGrace), this);
            Intake = new MessageIntake(Context, Content, Outbox, unlogged, Broadcaster, Figures, this);
        }

        public PartBench Bench { get; } = new();

        public SessionContext Context { get; }

        public RoomFigures Figures { get; } = new();

        public LoggedDocument Content { get; }

        public Outbox Outbox { get; }

        public Broadcaster Broadcaster { get; }

        public MessageIntake Intake { get; }

        public List<string> Told { get; } = [];

        public List<(Attachment, RefusalReason)> Refused { get; } = [];

        bool IIntakeSession.HasEntries => true;

        long IOutboxSession.Epoch => 0;

        bool IOutboxSession.MaySend => false;

        bool IOutboxSession.IsOpen => true;

        bool IBroadcasterSession.IsUnloggedShown => false;

        public Attachment Connect(AccessLevel access = AccessLevel.Write, bool isServed = true)
        {
            var connection = new StubConnection { Format = ReceiptFormat.Instance };
            var attachment = connection.Attach(isServed, access);
            connections.Add(attachment);
            return attachment;
        }

        public void Receive(Attachment attachment, params DocumentMessage[] messages) =>
            Bench.Do(() => Intake.Receive(attachment, messages));

        public List<byte[]> Frames(Attachment attachment) =>
            [.. ((StubConnection)attachment.Connection).Sends.SelectMany(frames => frames).Select(f => f.ToArray())];

        bool IIntakeSession.IsApplyLong(int entryBytes) => false;

        void IIntakeSession.OnOpened(Attachment attachment) => Told.Add("opened");

        void IIntakeSession.ReceiveAwareness(Attachment attachment, IReadOnlyList<AwarenessEntry> entries) =>
            Told.Add("awareness");

        void IIntakeSession.ReceiveStateless(Attachment attachment, ReadOnlyMemory<byte> message) =>
            Told.Add("stateless");

        void IIntakeSession.Refuse(Attachment attachment, RefusalReason reason)
        {
            attachment.IsAttached = false;
            Refused.Add((attachment, reason));
        }

        void IOutboxSession.OnStored(in LoggedEntry entry)
        {
        }

        void IOutboxSession.OnOtherLog()
        {
        }

        void IOutboxSession.OnLogged()
        {
        }

        void IOutboxSession.Deliver(ReadOnlyMemory<byte> diff)
        {
        }

        void IOutboxSession.ShowUnlogged(ReadOnlyMemory<byte> diff, Attachment? except)
        {
        }

        void IOutboxSession.Pump(Attachment attachment)
        {
        }

        void IOutboxSession.OnSettled()
        {
        }

        bool IOutboxSession.IsApplyLong() => false;

        ReadOnlyMemory<byte> IBroadcasterSession.UnloggedFor(Attachment attachment) => default;

        void IBroadcasterSession.ExpireAwareness()
        {
        }

        void IBroadcasterSession.Refuse(Attachment attachment, RefusalReason reason) =>
            Refused.Add((attachment, reason));

        public void Dispose() => Bench.Dispose();
    }
}
