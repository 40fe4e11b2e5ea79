using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// What must be true once everything works again: all agree, newcomers see the same, nothing is left behind when
/// everybody has gone, and what is stored is what was written.
/// </summary>
internal sealed class Rest(World world)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(8);

    private byte[]? agreed;

    public void Check(Action<TimeSpan> pass)
    {
        // Where clients do not come back, nobody repeats what a node should have kept.
        world.ClientsReturn = world.Random.Chance(0.7);
        foreach (var client in world.Clients.Where(c => c is { Link: null, IsGone: false } && world.ClientsReturn))
        {
            world.ConnectLater(client);
        }

        Wait(pass, WhyNotAgreed);
        world.Trace("all agree");
        if (world.Random.Chance(0.7))
        {
            foreach (var node in world.Nodes)
            {
                var newcomer = new Client(world, (ulong)world.Clients.Count + 1);
                world.Clients.Add(newcomer);
                newcomer.Connect(node);
            }

            Wait(pass, WhyNotAgreed);
            world.Trace("newcomers agree");
        }

        CheckPresence(pass);
        Wait(pass, WhyNotAgreed);
        world.ClientsReturn = false;
        foreach (var client in world.Clients)
        {
            client.Disconnect(clean: world.Random.Chance(0.5), forGood: true);
        }

        Wait(pass, WhyNotGone);
        CheckStored();
    }

    private static void Wait(Action<TimeSpan> pass, Func<string?> whyNot)
    {
        var waited = TimeSpan.Zero;
        for (; whyNot() is { } problem; waited += Step)
        {
            if (waited > Longest)
            {
                throw new ScheduleFailedException(problem);
            }

            pass(Step);
        }
    }

    /// <summary>
    /// All connected clients and all sessions are the same document, which has everything that had to be kept.
    /// </summary>
    private string? WhyNotAgreed()
    {
        agreed = null;
        foreach (var node in world.Nodes)
        {
            if (!node.IsReady)
            {
                return $"{node.Process.Name} does not end.";
            }
        }

        foreach (var client in world.Clients)
        {
            if (client.Link is null)
            {
                if (world.ClientsReturn && !client.IsGone)
                {
                    return $"{client.Name} finds no node.";
                }

                continue;
            }

            if (client.Link.IsDead)
            {
                return $"{client.Name} does not notice that its node is dead.";
            }

            if (!client.IsSynced || client.Link.Outstanding > 0)
            {
                return $"{client.Name} is not answered.";
            }

            if (!Agrees(client.Document))
            {
                return $"{client.Name} has another document than others, {Difference(client.Document)}.";
            }
        }

        foreach (var node in world.Nodes)
        {
            foreach (var (session, document) in node.LiveSessions())
            {
                if (session.Stage == SessionStage.Live && !world.Locators.Holders().Contains(node.Address))
                {
                    return $"{node.Process.Name} has a session and is not in the locator.";
                }

                if (!Agrees(document))
                {
                    return $"The session of {node.Process.Name} has another document than others, "
                        + $"{Difference(document)}.";
                }
            }
        }

        if (agreed is not null && !Ledger.Contains(Ledger.DocumentOf(agreed), world.Ledger.MustKeep.EncodeState()))
        {
            return "What was acknowledged or seen is missing from what all agree on: "
                + $"{Difference(world.Ledger.MustKeep)}.";
        }

        return null;
    }

    private bool Agrees(YDocument document)
    {
        var state = document.EncodeState();
        agreed ??= state;
        return state.AsSpan().SequenceEqual(agreed);
    }

    private string Difference(YDocument document)
    {
        var others = Ledger.DocumentOf(agreed!);
        _ = others.TryGetNews(document.EncodeState(), out var more, out _, isAccepted: true);
        _ = document.TryGetNews(agreed, out var less, out _, isAccepted: true);
        if (more.IsEmpty && less.IsEmpty)
        {
            return $"{Convert.ToHexString(document.EncodeState())} and {Convert.ToHexString(agreed!)} "
                + "for the same document";
        }

        return $"{Convert.ToHexString(more.Span)} more and {Convert.ToHexString(less.Span)} less";
    }

    /// <summary>Within 30 s after a client or its node has gone, nobody is shown its presence.</summary>
    private void CheckPresence(Action<TimeSpan> pass)
    {
        if (!world.Clients.Exists(c => c.HasPresence))
        {
            return;
        }

        pass(TimeSpan.FromSeconds(35));
        var there = world.Clients.Where(c => c is { Link: not null, HasPresence: true }).Select(c => c.Id).ToHashSet();
        foreach (var client in world.Clients.Where(c => c.Link is not null))
        {
            var known = client.Presence.Where(p => p.Value.IsThere).Select(p => p.Key).ToHashSet();
            if (!known.SetEquals(there))
            {
                throw new ScheduleFailedException(
                    $"{client.Name} sees {string.Join(", ", known.Order())}, and there are "
                        + $"{string.Join(", ", there.Order())}.");
            }
        }
    }

    private string? WhyNotGone()
    {
        foreach (var node in world.Nodes)
        {
            if (!node.IsUp)
            {
                return $"{node.Process.Name} is down.";
            }

            if (node.Sessions.Count > 0)
            {
                return $"{node.Process.Name} still has a session: "
                    + $"{(node.Session is { } left ? Inside.Describe(left) : "one that is being freed")}.";
            }

            if (world.Redis.Channels.CountOf(node.Process) > 0)
            {
                return $"{node.Process.Name} is still subscribed.";
            }
        }

        if (world.Redis.IsUnsaved)
        {
            return $"The log up to {world.Redis.Log!.End} is saved up to {world.Redis.Log.Saved} "
                + "only, and nobody saves it.";
        }

        // A killed node stands there until its last heartbeat has expired; one that was not heard when it left stays.
        var holders = world.Locators.Holders().Except(world.Locators.LeftBehind).ToList();
        return holders.Count > 0 ? $"The locator still names {string.Join(", ", holders)}." : null;
    }

    private void CheckStored()
    {
        var stored = Ledger.DocumentOf(
            [.. world.Snapshots.Readable.Select(s => s.Update),
                .. (world.Redis.Log?.Entries ?? []).Select(e => e.Payload)]);
        if (!Ledger.Contains(stored, world.Ledger.MustKeep.EncodeState()))
        {
            throw new ScheduleFailedException("What was acknowledged or seen is not stored.");
        }

        if (agreed is not null && !Ledger.Contains(stored, agreed))
        {
            throw new ScheduleFailedException("What is stored is not what all agreed on.");
        }
    }
}
