using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Relay.Backplane;
using Relay.DocLocator;
using Relay.Links;
using Relay.Telemetry;

namespace Relay.Simulation;

/// <summary>
/// What connects the internal listeners of the nodes, and what goes wrong with it: frames are lost, late and repeated,
/// connections break, and some are half-open, so that one side or both do not notice.
/// </summary>
internal sealed class LinkNetwork
{
    private static readonly Meter Unwatched = new("links of simulated nodes");

    private readonly World world;

    /// <summary>Of its own, so that schedules without links are what they were.</summary>
    private readonly SeededRandom random;
    private readonly List<LinkLine> lines = [];
    private readonly HashSet<(Process Observer, Process Gone)> ended = [];
    private double lost;
    private double repeated;
    private double late;
    private double broken;
    private double refused;

    private LinkNetwork(World world)
    {
        this.world = world;
        random = new SeededRandom(world.Seed * 43);
        (lost, repeated, late) = (Some(0.02), Some(0.3), Some(0.3));
        (broken, refused) = (Some(0.5), Some(0.6));
    }

    /// <summary>Whether no node reaches another one, except through the services.</summary>
    public bool IsDown { get; set; }

    /// <summary>In which schedules nodes have internal listeners.</summary>
    public static LinkNetwork? Of(World world) => world.Seed % 20 is 6 or 12 or 16 ? new LinkNetwork(world) : null;

    /// <summary>Nothing goes wrong any more.</summary>
    public void Clear() => lost = repeated = late = broken = refused = 0;

    /// <summary>The channels as a node has them, with links in front.</summary>
    public LinkedChannel ChannelOf(
        NodeIdentity self, Process process, IHolderChannel channel, TimeProvider time, ILogger log) =>
        new(
            channel,
            (receiver, stopping) => new LinkServices(
                self,
                new LinkDialer(this, world, process, self),
                receiver,
                new NodeLinkOptions(),
                time,
                action => world.Agenda.Add(TimeSpan.Zero, process, action),
                random.Share,
                new LinkMetrics(Unwatched),
                log,
                stopping),
            static () => true);

    /// <summary>Clients say something, and connections break.</summary>
    public void Act()
    {
        if (random.Chance(0.3))
        {
            random.One(world.Clients).Say();
        }

        if (random.Chance(broken))
        {
            BreakSome(isAll: false);
        }
    }

    /// <summary>Breaks connections: told to both sides, to one, or to none.</summary>
    public void BreakSome(bool isAll)
    {
        foreach (var line in lines.Where(_ => isAll || random.Chance(0.5)).ToList())
        {
            line.Break(isMute: random.Chance(0.6));
        }
    }

    /// <summary>A connection between two processes.</summary>
    public LinkLine? Connect(Process dialer, Process dialed)
    {
        if (IsDown || random.Chance(refused))
        {
            return null;
        }

        var (here, there) = LinkLine.Pair(this, world.Agenda, dialer, dialed);
        lines.RemoveAll(line => line.IsOver);
        lines.AddRange([here, there]);
        return here;
    }

    /// <summary>When a frame arrives: at no time, once, or twice.</summary>
    public IEnumerable<TimeSpan> Arrivals()
    {
        if (IsDown || random.Chance(lost))
        {
            yield break;
        }

        yield return Delay();
        if (random.Chance(repeated))
        {
            yield return Delay();
        }
    }

    public TimeSpan Delay() =>
        TimeSpan.FromMicroseconds(20 + random.Below(random.Chance(late) ? 1_500_000 : 1_000));

    /// <summary>A process has ended, or stands still: its connections end or go on without it.</summary>
    public void OnGone(Process gone, bool isReportRemoved = false)
    {
        foreach (var line in lines.Where(line => line.Process == gone && gone.IsDead).ToList())
        {
            line.Break(isMute: random.Chance(0.3));
        }

        foreach (var node in world.Nodes.Where(node => node.IsUp && node.Process != gone))
        {
            var observer = node.Process;
            var after = TimeSpan.FromMilliseconds((isReportRemoved ? 0 : 4_000) + random.Below(600));
            world.Agenda.Add(after, observer, () =>
            {
                if ((gone.IsDead || gone.IsPaused) && ended.Add((observer, gone)))
                {
                    node.OnNodeEnded(ChannelNode.IdOf(gone.Name));
                }
            });
        }
    }

    /// <summary>A process goes on.</summary>
    public void OnResumed(Process back)
    {
        foreach (var node in world.Nodes.Where(node => node.IsUp && node.Process != back))
        {
            var observer = node.Process;
            world.Agenda.Add(TimeSpan.FromMilliseconds(random.Below(1_500)), observer, () =>
            {
                if (!back.IsPaused && ended.Remove((observer, back)))
                {
                    node.OnNodeReturned(ChannelNode.IdOf(back.Name));
                }
            });
        }
    }

    private double Some(double most) => random.Chance(0.5) ? random.Share() * most : 0;
}
