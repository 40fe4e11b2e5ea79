using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// The channels of one document. What a subscription gets comes in the order of the log; some is lost, and some time
/// after that the subscriber hears that it may have been.
/// </summary>
internal sealed class Channels(World world, DocumentName document, Func<Redis> redis)
{
    /// <summary>The longest that a lost last message goes unnoticed.</summary>
    private static readonly TimeSpan EndCheck = TimeSpan.FromSeconds(6);

    private readonly Agenda agenda = world.Agenda;
    private readonly SeededRandom random = world.Random;
    private readonly Weather weather = world.Weather;
    private readonly RollingUpgrade? upgrade = world.Upgrade;
    private readonly List<Subscription> subscriptions = [];

    public int CountOf(Process process) => subscriptions.Count(s => s.Process == process);

    public Subscription Subscribe(Process process, IChannelListener listener)
    {
        var subscription = new Subscription(this, process, listener);
        if (upgrade is not null)
        {
            subscription.Inbox = new Inbox(upgrade, process, document, listener, () => Notice(subscription));
        }

        subscriptions.Add(subscription);
        return subscription;
    }

    public void Remove(Subscription subscription) => subscriptions.Remove(subscription);

    /// <summary>To all, and to its sender before anything of its payload is looked at.</summary>
    public void Deliver(Process sender, LoggedEntry entry, long version)
    {
        var sent = upgrade?.Message(sender, RedisMessageKind.Entry, entry);
        foreach (var subscription in subscriptions)
        {
            // It is published when the replicas have it, and nothing after it before.
            subscription.HeldFor = version;
            var isOwn = subscription.Process == sender;
            Deliver(subscription, listener => Tell(listener, entry, isOwn), sent, isNoticed: true);
        }
    }

    public void DeliverSaved(Process sender, Position position)
    {
        var sent = upgrade?.Message(sender, RedisMessageKind.Saved, default(LoggedEntry) with { Position = position });
        foreach (var subscription in subscriptions)
        {
            Deliver(subscription, listener => listener.OnSaved(position), sent, isNoticed: false);
        }
    }

    /// <summary>To all but its sender.</summary>
    public void DeliverAwareness(
        Process sender, AwarenessKind kind, ReadOnlyMemory<byte> content, DocumentHolder? holder)
    {
        // Where links depend on greetings, a lost one is noticed, as with a server that lost a subscriber.
        var isNoticed = holder is not null;
        var sent = upgrade?.Message(sender, ChannelMessage.KindOf(kind), content: content);
        foreach (var subscription in subscriptions.Where(s => s.Process != sender))
        {
            var node = ChannelNode.IdOf(sender.Name);
            Deliver(
                subscription,
                listener =>
                {
                    (listener as IHolderListener)?.OnHolder(node, kind, holder);
                    listener.OnAwareness(node, kind, content);
                },
                sent,
                isNoticed);
        }
    }

    public void DeliverStateless(ulong sender, ReadOnlyMemory<byte> message)
    {
        foreach (var subscription in subscriptions)
        {
            Deliver(subscription, listener => listener.OnStateless(sender, message), sent: null, isNoticed: false,
                mayRepeat: false);
        }
    }

    /// <summary>A process has reached the server again; null: all connections to it break and come back.</summary>
    public void Interrupt(Process? process = null)
    {
        foreach (var subscription in subscriptions.Where(s => process is null || s.Process == process))
        {
            subscription.Notice(TimeSpan.FromMilliseconds(random.Below(process is null ? 3_000 : 1_000)));
        }
    }

    private static void Tell(IChannelListener listener, LoggedEntry entry, bool isOwn)
    {
        if (!isOwn || !listener.TryTakeOwn(entry with { Payload = default }))
        {
            listener.OnEntry(entry);
        }
    }

    /// <param name="subscription">Whom.</param>
    /// <param name="told">What its listener is told.</param>
    /// <param name="sent">The message between nodes of two versions; null where all are of one.</param>
    /// <param name="isNoticed">Whether its loss is noticed some time later.</param>
    /// <param name="mayRepeat">Whether it may come twice.</param>
    private void Deliver(
        Subscription subscription,
        Action<IChannelListener> told,
        ChannelMessage? sent,
        bool isNoticed,
        bool mayRepeat = true)
    {
        Action<IChannelListener> message = sent is null ? told : _ => subscription.Inbox!.Take(sent);
        if (!redis().Service.IsReachedBy(subscription.Process))
        {
            // What it misses is read when it is back: Interrupt is called then.
            return;
        }

        if (random.Chance(weather.LostMessages))
        {
            if (isNoticed)
            {
                Notice(subscription);
            }

            return;
        }

        redis().WhenReplicated(subscription.HeldFor, () =>
        {
            subscription.Send(Delay(), message);
            if (mayRepeat && random.Chance(weather.RepeatedMessages))
            {
                subscription.Send(Delay(), message);
            }
        });
    }

    private void Notice(Subscription subscription) =>
        subscription.Notice(TimeSpan.FromMilliseconds(random.Below((int)EndCheck.TotalMilliseconds)));

    private TimeSpan Delay() =>
        TimeSpan.FromMicroseconds(20 + random.Below(random.Chance(weather.LongDelays) ? 400_000 : 1_500));

    /// <summary>One listener's place at the channels.</summary>
    internal sealed class Subscription(Channels channels, Process process, IChannelListener listener) : IAsyncDisposable
    {
        private readonly Lane lane = new(channels.agenda);

        public Process Process => process;

        /// <summary>Reads what comes; null where all nodes are of one version.</summary>
        public Inbox? Inbox { get; set; }

        public long HeldFor { get; set; }

        /// <summary>A message comes, in the order of all that are sent.</summary>
        public void Send(TimeSpan after, Action<IChannelListener> message) =>
            lane.Bring(process, after, () => message(listener));

        /// <summary>The subscriber notices that it may have missed something.</summary>
        public void Notice(TimeSpan after) => channels.agenda.Add(after, process, listener.OnInterrupted);

        public ValueTask DisposeAsync()
        {
            channels.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}
