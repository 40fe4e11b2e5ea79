using Relay.Backplane;
using Relay.Persistence;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// Two versions of the program side by side: nodes are replaced by nodes of a later version, one after the other, and
/// back again. What the later version writes has fields that today's does not know. Today's skips those that may be
/// skipped; what it must not read it refuses with a sentence, loses and damages nothing of it, and goes on without.
/// </summary>
internal sealed class RollingUpgrade
{
    private readonly World world;

    /// <summary>Of its own, so that schedules of one version are what they were.</summary>
    private readonly SeededRandom random;
    private readonly HashSet<Process> later = [];

    /// <summary>How often what is stored must be refused by today's version, and what is sent.</summary>
    private readonly (double Entries, double Snapshots) stored;
    private readonly double sent;

    /// <summary>Which version a node is that starts now.</summary>
    private bool isLaterNext;

    private RollingUpgrade(World world)
    {
        this.world = world;
        random = new SeededRandom(world.Seed * 41);
        isLaterNext = random.Chance(0.5);
        stored = random.One([default, (0.03, 0.2), (0.15, 0.1), (0, 0.4)]);
        sent = random.One([0, 0.1, 0.4]);
    }

    /// <summary>
    /// Whether the later version also stores what today's must refuse. Not where a killed node may have what the log
    /// has lost, because today's nodes are killed at the end; and no document that does not read is deleted or created.
    /// </summary>
    public bool StoresRequired =>
        stored.Snapshots > 0 && world.Promise != Promise.AnyLog && !world.HasDeletions;

    /// <summary>In which schedules there are two versions.</summary>
    public static RollingUpgrade? Of(World world) =>
        world.Seed % 20 is 18 or 19 || (world.Focus != FocusKind.None && world.Seed / 20 % 4 == 1)
            ? new RollingUpgrade(world)
            : null;

    public bool IsLater(Process process) => later.Contains(process);

    /// <summary>Whether a node may tell its clients that a document does not read.</summary>
    public bool MayRefuse(Process process) => StoresRequired && !IsLater(process);

    /// <summary>The node's id on channels.</summary>
    public ulong NodeOf(Process process) => ChannelNode.IdOf(process.Name);

    public void OnStart(Process process)
    {
        if (isLaterNext)
        {
            later.Add(process);
        }

        world.Trace($"{process.Name} is of {(isLaterNext ? "the later" : "today's")} version");
    }

    /// <summary>Replaces a node, or turns round when all are of one version.</summary>
    public void Act()
    {
        if (!random.Chance(0.12))
        {
            return;
        }

        var behind = world.Nodes.Where(n => n.IsUp && IsLater(n.Process) != isLaterNext).ToList();
        if (behind.Count == 0)
        {
            isLaterNext = !isLaterNext;
            world.Trace($"{(isLaterNext ? "the later" : "today's")} version is rolled out");
            return;
        }

        var node = random.One(behind);
        if (world.Promise != Promise.AnyLog && random.Chance(0.25))
        {
            node.Kill();
        }
        else if (node.IsReady)
        {
            node.Stop();
        }
    }

    /// <summary>Where today's version cannot read all that is stored, the upgrade is gone through with.</summary>
    public void Finish()
    {
        isLaterNext |= StoresRequired;
        foreach (var node in world.Nodes.Where(n => StoresRequired && n.IsUp && !IsLater(n.Process)))
        {
            node.Kill();
        }
    }

    /// <summary>An entry as the process writes it.</summary>
    public LogEntry Written(Process process, LogEntry entry) =>
        IsLater(process) ? entry with { Fields = Added(entry.Fields, StoresRequired ? stored.Entries : 0) } : entry;

    /// <summary>What the process reads of a log.</summary>
    public LogReadResult Read(Process process, LogReadResult stored)
    {
        var entries = new LoggedEntry[stored.Entries.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            var refusal = WireBytes.Read(stored.Entries[i], IsLater(process), out entries[i]);
            Check(process, "entry", LaterFields.IsForLater(stored.Entries[i].Fields), refusal);
            if (refusal is not null)
            {
                return new LogReadResult(LogReadOutcome.Damaged, [], stored.End, stored.Start,
                    $"What stands at {stored.Entries[i].Position} {refusal}.");
            }
        }

        return stored with { Entries = entries };
    }

    /// <summary>A snapshot as the process writes it. A tombstone has no fields.</summary>
    public Snapshot Written(Process process, Snapshot snapshot) =>
        IsLater(process) && snapshot.Kind == SnapshotKind.State
            ? snapshot with { Fields = Added(snapshot.Fields, StoresRequired ? stored.Snapshots : 0) }
            : snapshot;

    public SnapshotReadResult Read(Process process, Snapshot stored)
    {
        var read = WireBytes.Read(stored, IsLater(process));
        Check(process, "snapshot", LaterFields.IsForLater(stored.Fields), read.Problem);
        return read;
    }

    /// <summary>An answer as the process sends it.</summary>
    public PeerState Written(Process process, PeerState state) =>
        IsLater(process) ? state with { Fields = Added(state.Fields, sent) } : state;

    /// <summary>What the process reads of an answer; null where it is refused.</summary>
    public PeerState? Read(Process process, PeerState sent)
    {
        var (state, refusal) = WireBytes.Read(sent, IsLater(process));
        Check(process, "answer", LaterFields.IsForLater(sent.Fields), refusal);
        return state;
    }

    /// <summary>
    /// A message on the channel as the process sends it. What is told about presence is not sent again if it is
    /// refused.
    /// </summary>
    public ChannelMessage Message(Process process, RedisMessageKind kind, LoggedEntry entry = default,
        ReadOnlyMemory<byte> content = default)
    {
        var required = kind is RedisMessageKind.Entry or RedisMessageKind.Saved ? sent : 0;
        return new(kind, NodeOf(process), IsLater(process) ? Added(default, required) : default, entry, content);
    }

    /// <summary>A reader refuses what it must, for a reason, and nothing else.</summary>
    /// <param name="process">Who reads.</param>
    /// <param name="what">What it reads.</param>
    /// <param name="isForLater">Whether only the later version may read it.</param>
    /// <param name="refusal">Why it is refused; null if it is not.</param>
    public void Check(Process process, string what, bool isForLater, string? refusal)
    {
        var mustRefuse = isForLater && !IsLater(process);
        if (mustRefuse && refusal is null)
        {
            Fail($"{process.Name} takes a later version's {what} that it must refuse.");
        }
        else if (refusal is not null && !mustRefuse)
        {
            Fail($"{process.Name} refuses a later version's {what} that it must read: it {refusal}");
        }
        else if (refusal is not null && !refusal.Contains("version", StringComparison.Ordinal))
        {
            Fail($"{process.Name} refuses a later version's {what} and does not say so: it {refusal}");
        }
    }

    public void Fail(string sentence) => world.Fail(sentence);

    private OptionalFields Added(OptionalFields fields, double required) =>
        LaterFields.AddTo(fields, random, isForLater: random.Chance(required));
}
