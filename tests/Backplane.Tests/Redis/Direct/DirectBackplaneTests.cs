using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>A node whose appends and entries go over direct connections, and what it does when it loses them.</summary>
public sealed class DirectBackplaneTests : RedisFixture
{
    private const string Direct = "name=relay-direct ";

    private readonly DocumentName name = Sample.Name();
    private readonly Recorder recorder = new();
    private readonly TestLogger logger = new();

    [Fact]
    public async Task Appends_and_entries_go_over_direct_connections()
    {
        var node = await OpenDirectAsync(Options);
        await node.SubscribeAsync(name, recorder, default).Soon();
        var positions = await node.FillAsync(name, 3);

        Assert.Equal(positions[1..], (await recorder.EntriesAsync(3)).Select(entry => entry.Position));
        var clients = await ClientsAsync();
        Assert.Contains(clients, line => line.Contains("ssub=1", StringComparison.Ordinal));
        Assert.Contains(clients, line => line.Contains("cmd=evalsha", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_made_again_and_its_documents_look()
    {
        var node = await OpenDirectAsync(Options with { LogEndCheckInterval = TimeSpan.FromHours(1) });
        await node.SubscribeAsync(name, recorder, default).Soon();
        var positions = await node.FillAsync(name, 1);
        await EntryAsync(recorder);

        await CutAsync();

        await InterruptedAsync(recorder);
        var next = await UntilBackAsync(
            () => node.AppendAsync(name, positions[1].Epoch, Sample.Update(2), default).AsTask());
        Assert.Equal(next.Position, (await EntryFromAsync(recorder, 2)).Position);
    }

    [Fact]
    public async Task Without_them_all_goes_the_clients_way_and_comes_back_to_them()
    {
        var node = await OpenDirectAsync(Options);
        await node.SubscribeAsync(name, recorder, default).Soon();
        var positions = await node.FillAsync(name, 1);
        await EntryAsync(recorder);

        // From now on connections are refused that are made without a password; those that are there stay.
        await Server.CommandAsync("CONFIG", "SET", "requirepass", "secret");
        string[] password = ["-a", "secret", "--no-auth-warning"];
        await CutAsync(password);

        await InterruptedAsync(recorder);
        await EntriesPassAsync(node, positions[1]);
        Assert.Empty(await ClientsAsync(password));
        Assert.NotEmpty(logger.Of(BackplaneEventId.RedisDirectOpenFailed));

        await Server.CommandAsync([.. password, "CONFIG", "SET", "requirepass", ""]);
        await Patience.UntilAsync(async () =>
            (await ClientsAsync()).Any(line => line.Contains("ssub=1", StringComparison.Ordinal)));
        await EntriesPassAsync(node, positions[1]);
    }

    [Fact]
    public async Task A_primary_that_becomes_a_replica_is_left_for_the_new_one()
    {
        var replica = await ReplicateAsync();
        var node = await OpenDirectAsync(Options with { Configuration = $"{Server.Address},{replica.Address}" });
        await node.SubscribeAsync(name, recorder, default).Soon();
        var positions = await node.FillAsync(name, 1);
        await EntryAsync(recorder);
        await CaughtUpAsync(replica);

        await replica.CommandAsync("REPLICAOF", "NO", "ONE");
        await Server.CommandAsync("REPLICAOF", "127.0.0.1", $"{replica.Port}");

        await EntriesPassAsync(node, positions[1]);
        await Patience.UntilAsync(async () =>
            (await replica.CommandAsync("CLIENT", "LIST")).Contains(Direct, StringComparison.Ordinal));
    }

    [Fact]
    public async Task User_password_and_database_are_those_of_the_client()
    {
        await Server.CommandAsync("ACL", "SETUSER", "relay", "on", ">a,b c", "~relay:*", "&relay:*", "+@all");
        var node = await OpenDirectAsync(Options with
        {
            Configuration = $"{Server.Address},defaultDatabase=3",
            User = "relay",
            Password = "a,b c",
        });
        await node.FillAsync(name, 1);
        Assert.Contains("db3:", await Server.CommandAsync("INFO", "keyspace"), StringComparison.Ordinal);
        Assert.DoesNotContain("db0:", await Server.CommandAsync("INFO", "keyspace"), StringComparison.Ordinal);
        Assert.Contains(
            await ClientsAsync(), line => line.Contains("user=relay", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("channelPrefix=x")]
    [InlineData("$EVALSHA=EVALSHA")]
    public async Task Where_the_client_does_more_than_connect_there_are_none(string option)
    {
        var node = await RedisNode.OpenAsync(
            Options with { Configuration = $"{Server.Address},{option}" }, logger);
        await node.FillAsync(name, 2);
        Assert.Empty(await ClientsAsync());
        await node.DisposeAsync();
    }

    private async Task<RedisBackplane> OpenDirectAsync(RedisBackplaneOptions options)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There are socket loops on Linux only.");
        var node = Keep(await RedisNode.OpenAsync(options, logger));
        await Patience.UntilAsync(
            () => Task.FromResult(logger.Of(BackplaneEventId.RedisDirectOpened).Length >= Environment.ProcessorCount),
            "direct connections");
        return node;
    }

    private async Task CutAsync(params string[] options)
    {
        var direct = await ClientsAsync(options);
        Assert.NotEmpty(direct);
        foreach (var line in direct)
        {
            await Server.CommandAsync([.. options, "CLIENT", "KILL", "ID", line.Split(' ')[0]["id=".Length..]]);
        }
    }

    /// <summary>What Redis says about the direct connections that it has.</summary>
    private async Task<string[]> ClientsAsync(params string[] options) =>
        [.. (await Server.CommandAsync([.. options, "CLIENT", "LIST"])).Split('\n')
            .Where(line => line.Contains(Direct, StringComparison.Ordinal))];

    /// <summary>Appends until the listener hears an entry that was appended after the call.</summary>
    private async Task EntriesPassAsync(RedisBackplane node, Position after)
    {
        var last = await UntilBackAsync(
            () => node.AppendAsync(name, after.Epoch, Sample.Update(7), default).AsTask());
        var heard = EntryFromAsync(recorder, last.Position.Offset);
        await Patience.UntilAsync(
            async () =>
            {
                await UntilBackAsync(
                    () => node.AppendAsync(name, after.Epoch, Sample.Update(8), default).AsTask());
                return await Task.WhenAny(heard, Task.Delay(TimeSpan.FromMilliseconds(50))) == heard;
            },
            "an entry on the channel");
        await heard;
    }
}
