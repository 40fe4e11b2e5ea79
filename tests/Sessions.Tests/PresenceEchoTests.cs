using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>
/// Tabs of one browser tell each other what they hear, over a BroadcastChannel. So a connection may say an entry of
/// somebody else before it can have heard of it from its node, and looks like that client's return.
/// </summary>
public sealed class PresenceEchoTests
{
    [Fact]
    public void Somebody_who_hides_while_the_line_is_down_is_not_kept_by_a_tab_that_only_heard_of_them()
    {
        using var world = new World();
        var clients = new Clients(world);
        clients.Connect(clients.Tab, 0);
        var (ada, old) = clients.HeardByBothTabs(tabNode: 0);

        // Nothing of it reaches the node: a stock client that shows nothing says nothing when it comes back.
        old.Break();
        ada.Set(null);
        clients.Connect(ada, 0);
        clients.DeliverAll();
        old.Leave(clean: false);
        world.Advance(3.5);
        clients.DeliverAll();
        Assert.All(clients.Everybody, client => Assert.DoesNotContain(ada.Id, client.States.Keys));
    }

    [Fact]
    public void Somebody_who_hid_is_not_shown_again_when_others_come_back()
    {
        using var world = new World();
        var clients = new Clients(world);
        clients.Connect(clients.Tab, 0);
        var (ada, old) = clients.HeardByBothTabs(tabNode: 1);
        old.Break();
        ada.Set(null);
        clients.Connect(ada, 0);
        clients.DeliverAll();

        // The owners are asked to say their presence under the next clock. From a client that is not the owner, the
        // second of these entries would be newer than what Ada knows of herself, and she would take it for her own.
        for (var i = 0; i < 3; i++)
        {
            world.Advance(1.5);
            clients.Connect(clients.Add(), 1);
            clients.DeliverAll();
        }

        old.Leave(clean: false);
        world.Advance(3.5);
        clients.DeliverAll();
        Assert.All(clients.Everybody, client => Assert.DoesNotContain(ada.Id, client.States.Keys));
    }

    [Fact]
    public void Tabs_on_two_nodes_that_only_heard_of_somebody_do_not_keep_them_for_each_other()
    {
        using var world = new World();
        var clients = new Clients(world);
        clients.Connect(clients.Tab, 0);
        var (ada, old) = clients.HeardByBothTabs(tabNode: 1, thirdTabNode: 0);
        old.Break();
        clients.DeliverAll();
        old.Leave(clean: false);
        world.Advance(3.5);
        clients.DeliverAll();
        Assert.All(clients.Everybody, client => Assert.True(client == ada || !client.States.ContainsKey(ada.Id)));
    }

    [Fact]
    public void A_tab_that_brings_somebody_to_another_node_does_not_raise_their_clock()
    {
        using var world = new World();
        var clients = new Clients(world);
        clients.Connect(clients.Tab, 1);
        var second = clients.AddTab();
        second.Set("{}");
        clients.Connect(second, 0);
        var watcher = world.Client();
        clients.DeliverAll();

        // The nodes do not hear each other, so what the first tab hears is news to the second one's node.
        world.Backplane.IsHushed = true;
        var ada = clients.Add();
        ada.Set(Clients.Shown);
        clients.Connect(ada, 1);
        clients.DeliverAll();
        Assert.Equal((ada.Clock, Clients.Shown), watcher.Presence[ada.Id]);
        world.Advance(3);
        clients.Connect(clients.Add(), 0);
        clients.DeliverAll();
        Assert.Equal(ada.Clock, watcher.Presence[ada.Id].Clock);
    }

    [Fact]
    public void A_client_that_comes_back_at_once_answers_and_stays()
    {
        using var world = new World();
        var clients = new Clients(world);
        clients.Connect(clients.Tab, 0);
        var (ada, old) = clients.HeardByBothTabs(tabNode: 1);
        old.Break();
        var line = clients.Connect(ada, 1);
        clients.DeliverAll();
        old.Leave(clean: false);
        world.Advance(10);
        clients.DeliverAll();
        Assert.All(clients.Everybody, client => Assert.Equal(Clients.Shown, client.States[ada.Id]));
        line.Close();
        clients.DeliverAll();
        Assert.All(clients.Everybody, client => Assert.True(client == ada || !client.States.ContainsKey(ada.Id)));
    }

    /// <summary>Stock clients, and a browser with several tabs among them that show no presence of their own.</summary>
    private sealed class Clients(World world)
    {
        public const string Shown = """{"name":"Ada"}""";
        private readonly List<StockAwareness> all = [];
        private readonly List<StockLine> lines = [];
        private readonly List<StockAwareness> tabs = [];
        private StockAwareness? tab;

        public StockAwareness Tab => tab ??= AddTab();

        public IEnumerable<StockAwareness> Everybody => all;

        public StockLine Connect(StockAwareness client, int node)
        {
            lines.Add(new StockLine(world, node, client));
            return lines[^1];
        }

        public StockAwareness Add()
        {
            all.Add(new StockAwareness((ulong)all.Count + 1, world.Time));
            return all[^1];
        }

        /// <summary>
        /// Somebody comes to node 0, and is heard there by the first tab, while the other tabs' first words are under
        /// way.
        /// </summary>
        public (StockAwareness Client, StockLine Line) HeardByBothTabs(int tabNode, int? thirdTabNode = null)
        {
            Connect(Add(), tabNode);
            DeliverAll();
            List<StockLine> opening = [Connect(AddTab(), tabNode)];
            if (thirdTabNode is { } third)
            {
                opening.Add(Connect(AddTab(), third));
            }

            var ada = Add();
            ada.Set(Shown);
            var line = Connect(ada, 0);
            line.DeliverToNode();
            line.DeliverToNode();
            lines[0].DeliverToClient();
            Assert.All(tabs, tab => Assert.Equal(Shown, tab.States[ada.Id]));
            opening.ForEach(line => line.DeliverToNode());
            opening.ForEach(line => line.DeliverToNode());
            DeliverAll();
            return (ada, line);
        }

        public void DeliverAll()
        {
            while (lines.Exists(line => !line.IsQuiet))
            {
                foreach (var line in lines.ToList())
                {
                    line.DeliverToNode();
                    line.DeliverToClient();
                }
            }
        }

        public StockAwareness AddTab()
        {
            var added = Add();
            added.Set(null);
            added.Updated += (clients, origin) =>
            {
                foreach (var other in tabs.Where(other => other != added))
                {
                    other.Apply(added.Entries(clients), tabs);
                }
            };
            tabs.Add(added);
            return added;
        }
    }
}
