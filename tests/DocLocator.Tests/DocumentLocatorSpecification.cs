using Relay.Yjs;

namespace Relay.DocLocator;

/// <summary>
/// What every locator does. An implementation's test class says how to start a node on a fresh table that all nodes of
/// one test share.
/// </summary>
public abstract class DocumentLocatorSpecification
{
    private const string A = "10.0.0.1:7000";
    private const string B = "10.0.0.2:7000";
    private const string C = "10.0.0.3:7000";

    private static readonly DocumentName Document = DocumentName.Create("notes");

    /// <summary>How long a heartbeat lasts in these tests.</summary>
    protected static TimeSpan Expiry => TimeSpan.FromSeconds(15);

    private protected FakeTimeProvider Time { get; } = new();

    /// <summary>
    /// The locator of one node at one start, without a heartbeat so far. Its clock is <see cref="Time"/>.
    /// </summary>
    protected abstract ValueTask<(IDocumentLocator Locator, INodeHeartbeat Heartbeat)> StartAsync(string address,
        string incarnation);

    [Fact]
    public async Task The_first_holder_sees_no_other_and_the_next_one_sees_it()
    {
        var a = await LiveAsync(A);
        var b = await LiveAsync(B);
        var c = await LiveAsync(C);

        Assert.Empty(await AddAsync(a));
        Assert.Equal([A], await AddAsync(b));
        Assert.Equal([A, B], await AddAsync(c));
    }

    [Fact]
    public async Task Adding_twice_changes_nothing_and_never_shows_a_node_itself()
    {
        var a = await LiveAsync(A);
        var b = await LiveAsync(B);

        Assert.Empty(await AddAsync(a));
        Assert.Empty(await AddAsync(a));
        Assert.Equal([A], await AddAsync(b));
        Assert.Equal([B], await AddAsync(a));

        // One removal undoes both additions: it is a set.
        await a.RemoveAsync(Document, default).Soon();
        Assert.Empty(await AddAsync(b));
    }

    [Fact]
    public async Task Who_was_removed_is_seen_no_more()
    {
        var a = await LiveAsync(A);
        var b = await LiveAsync(B);
        var c = await LiveAsync(C);
        await AddAsync(a);
        await AddAsync(b);

        await a.RemoveAsync(Document, default).Soon();

        Assert.Equal([B], await AddAsync(c));
    }

    [Fact]
    public async Task Removing_what_is_not_there_changes_nothing()
    {
        var a = await LiveAsync(A);
        var b = await LiveAsync(B);
        await b.RemoveAsync(Document, default).Soon();
        await AddAsync(a);
        await b.RemoveAsync(Document, default).Soon();

        Assert.Equal([A], await AddAsync(b));
    }

    [Fact]
    public async Task The_last_removal_leaves_a_document_like_one_never_held()
    {
        var a = await LiveAsync(A);
        var b = await LiveAsync(B);
        await AddAsync(a);
        await a.RemoveAsync(Document, default).Soon();
        await a.RemoveAsync(Document, default).Soon();

        Assert.Empty(await AddAsync(b));
        Assert.Equal([B], await AddAsync(a));
    }

    [Fact]
    public async Task Documents_do_not_mix()
    {
        string[] names = ["notes", "Notes", "notes ", "notes/", "notes#1", "\0", "é", "e\u0301",
            new string('n', DocumentName.MaxUtf8Bytes), new string('n', DocumentName.MaxUtf8Bytes - 1)];
        var a = await LiveAsync(A);
        var b = await LiveAsync(B);
        await a.AddAsync(DocumentName.Create(names[0]), default).Soon();
        foreach (var name in names.Skip(1))
        {
            Assert.Empty(await b.AddAsync(DocumentName.Create(name), default).Soon());
        }

        await b.RemoveAsync(DocumentName.Create(names[1]), default).Soon();
        Assert.Equal([A], await b.AddAsync(DocumentName.Create(names[0]), default).Soon());
    }

    [Fact]
    public async Task What_an_old_incarnation_removes_leaves_the_new_one_in()
    {
        var old = await LiveAsync(A, "1");
        await AddAsync(old);
        var restarted = await LiveAsync(A, "2");
        await AddAsync(restarted);

        // A removal of the old process that arrives late.
        await old.RemoveAsync(Document, default).Soon();

        Assert.Equal([A], await AddAsync(await LiveAsync(B)));
    }

    [Fact]
    public async Task What_the_new_incarnation_removes_leaves_the_old_element_to_its_expiry()
    {
        var old = await LiveAsync(A, "1");
        await AddAsync(old);
        var (restarted, heartbeat) = await StartAsync(A, "2");
        await heartbeat.BeatAsync(default).Soon();
        await restarted.RemoveAsync(Document, default).Soon();

        var (b, beatOfB) = await StartAsync(B, "1");
        await beatOfB.BeatAsync(default).Soon();
        Assert.Equal([A], await AddAsync(b));

        Time.Advance(Expiry);
        await heartbeat.BeatAsync(default).Soon();
        Assert.Empty(await AddAsync(b));
    }

    [Fact]
    public async Task A_restarted_node_is_not_sent_to_its_own_address()
    {
        await AddAsync(await LiveAsync(A, "1"));

        Assert.Empty(await AddAsync(await LiveAsync(A, "2")));
    }

    [Fact]
    public async Task Two_incarnations_at_one_address_are_one_address()
    {
        await AddAsync(await LiveAsync(A, "1"));
        await AddAsync(await LiveAsync(A, "2"));

        Assert.Equal([A], await AddAsync(await LiveAsync(B)));
    }

    [Fact]
    public async Task A_node_whose_heartbeat_expired_is_dead_whatever_sets_it_stands_in()
    {
        var (a, beatOfA) = await StartAsync(A, "1");
        var (b, beatOfB) = await StartAsync(B, "1");
        await beatOfA.BeatAsync(default).Soon();
        await AddAsync(a);

        Time.Advance(Expiry - TimeSpan.FromSeconds(1));
        await beatOfB.BeatAsync(default).Soon();
        Assert.Equal([A], await AddAsync(b));

        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await AddAsync(b));
    }

    [Fact]
    public async Task A_node_that_slept_lives_again_with_its_next_beat()
    {
        var (a, beatOfA) = await StartAsync(A, "1");
        await beatOfA.BeatAsync(default).Soon();
        await AddAsync(a);
        Time.Advance(Expiry * 10);
        var b = await LiveAsync(B);
        Assert.Empty(await AddAsync(b));

        await beatOfA.BeatAsync(default).Soon();

        Assert.Equal([A], await AddAsync(b));
    }

    [Fact]
    public async Task A_node_that_never_beat_is_not_seen()
    {
        var (a, _) = await StartAsync(A, "1");
        await AddAsync(a);

        Assert.Empty(await AddAsync(await LiveAsync(B)));
    }

    [Fact]
    public async Task Of_nodes_that_add_themselves_at_once_one_sees_no_other_and_any_two_know_of_each_other()
    {
        const int Nodes = 6;
        var locators = new List<IDocumentLocator>();
        for (var i = 0; i < Nodes; i++)
        {
            locators.Add(await LiveAsync($"10.0.1.{i}:7000"));
        }

        for (var round = 0; round < 20; round++)
        {
            var document = DocumentName.Create($"round {round}");
            using var start = new Barrier(Nodes);
            var seen = await Task.WhenAll(locators.Select(locator => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait(TimeSpan.FromSeconds(30));
                    return locator.AddAsync(document, default).AsTask();
                },
                TaskCreationOptions.LongRunning).Unwrap())).WaitAsync(TimeSpan.FromSeconds(60));

            // Additions are atomic, so there is an order in which each saw exactly those before it: the counts are 0,
            // 1, 2 …
            Assert.Equal(Enumerable.Range(0, Nodes), seen.Select(s => s.Count).Order());
            var order = Enumerable.Range(0, Nodes).OrderBy(i => seen[i].Count).ToList();
            for (var at = 0; at < Nodes; at++)
            {
                Assert.Equal(order.Take(at).Select(i => $"10.0.1.{i}:7000").Order(), seen[order[at]].Order());
            }
        }
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_starts_changes_nothing()
    {
        var a = await LiveAsync(A);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => a.AddAsync(Document, new CancellationToken(canceled: true)).Soon());

        Assert.Empty(await AddAsync(await LiveAsync(B)));
    }

    private static async Task<IEnumerable<string>> AddAsync(IDocumentLocator locator) =>
        (await locator.AddAsync(Document, default).Soon()).Order(StringComparer.Ordinal);

    private async Task<IDocumentLocator> LiveAsync(string address, string incarnation = "1")
    {
        var (locator, heartbeat) = await StartAsync(address, incarnation);
        await heartbeat.BeatAsync(default).Soon();
        return locator;
    }
}
