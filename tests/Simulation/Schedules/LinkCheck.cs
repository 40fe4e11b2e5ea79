namespace Relay.Simulation;

/// <summary>
/// Whether presence and messages reach all clients of a document, with links between nodes, when they break, without
/// them, and when they are back: presence within 5 s, messages as soon as the nodes know how things are.
/// </summary>
internal sealed class LinkCheck(World world, LinkNetwork network)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>A session for which less may wait drops messages that come together.</summary>
    private const long EnoughBytes = 1 << 20;

    public void Run(Action<TimeSpan> pass)
    {
        foreach (var isDown in (bool[])[false, true, false])
        {
            network.IsDown = isDown;
            if (isDown)
            {
                Show();
                network.BreakSome(isAll: true);
            }

            world.Trace(isDown ? "there are no links" : "there may be links");
            Show();
            pass(Longest);
            CheckPresence(isDown);
            var said = Clients().Select(client => (client, client.Say())).ToList();
            pass(Longest);
            foreach (var (sender, number) in said)
            {
                if (world.Settings.HeldBytes >= EnoughBytes)
                {
                    CheckHeard(sender, number);
                }
            }
        }
    }

    private List<Client> Clients() => world.Clients.FindAll(client => client.Link is { IsDead: false });

    private void Show()
    {
        foreach (var client in Clients())
        {
            client.Show();
        }
    }

    private void CheckPresence(bool isDown)
    {
        foreach (var shown in Clients().Where(client => client.HasPresence))
        {
            foreach (var watcher in Clients().Where(client => client.Of == shown.Of && client != shown))
            {
                if (watcher.Presence.GetValueOrDefault(shown.Id) is var (clock, isThere)
                    && (!isThere || clock < shown.ShownClock))
                {
                    throw new ScheduleFailedException(
                        $"{Longest.TotalSeconds} s after {shown.Name} showed presence {shown.ShownClock}, "
                            + $"{watcher.Name} sees {(isThere ? clock : "none")}, "
                            + $"{(isDown ? "without" : "with")} links.");
                }
            }
        }
    }

    private void CheckHeard(Client sender, ulong number)
    {
        foreach (var hearer in Clients().Where(client => client.Of == sender.Of && client != sender))
        {
            if (!hearer.Link!.HasHeard(number))
            {
                throw new ScheduleFailedException($"{hearer.Name} did not hear what {sender.Name} said.");
            }
        }
    }
}
