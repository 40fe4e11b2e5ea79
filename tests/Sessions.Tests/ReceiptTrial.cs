using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>
/// Three clients that write, repeat, ask and lose their rights at random, over a log that stalls and fails at random.
/// </summary>
internal sealed class ReceiptTrial(int seed)
{
    private readonly Random random = new(seed);
    private readonly List<byte[]> written = [];
    private readonly ulong[] clocks = new ulong[3];

    public void Run()
    {
        using var world = new World();
        var clients = Enumerable.Range(0, 3)
            .Select(_ => (Connection: world.Client(format: ReceiptFormat.Instance), Sent: new List<byte[]>(),
                Expected: new List<string>())).ToArray();
        var access = new[] { AccessLevel.Write, AccessLevel.Write, AccessLevel.Write };
        for (var step = 0; step < 60; step++)
        {
            var number = random.Next(3);
            var (connection, sent, expected) = clients[number];
            switch (random.Next(10))
            {
                case 0:
                    world.Backplane.Appending.IsShut = true;
                    break;
                case 1:
                    world.Backplane.Replying.IsShut = true;
                    break;
                case 2:
                    world.Backplane.Appending.Failure = random.Next(2) == 0
                        ? new BackplaneUnavailableException("away")
                        : null;
                    break;
                case 3:
                    world.Backplane.Appending.Open();
                    world.Backplane.Replying.Open();
                    world.Advance(random.Next(3));
                    break;
                case 4:
                    access[number] = random.Next(2) == 0 ? AccessLevel.Read : AccessLevel.Write;
                    connection.Attachment.ChangeAccess(access[number]);
                    break;
                default:
                    var update = Some(number);
                    var isUpdate = random.Next(3) > 0;
                    var refused = access[number] == AccessLevel.Read && (isUpdate || !IsLogged(world, update));
                    sent.Add(update);
                    expected.Add(refused ? "refused" : "accepted");
                    connection.Say(isUpdate ? Update(update) : Step2(update), Marker((byte)expected.Count));
                    expected.Add($"marker {expected.Count:x2}");
                    break;
            }

            foreach (var client in clients)
            {
                Check(world, client.Connection, client.Sent, client.Expected);
            }
        }

        world.Backplane.Appending.Failure = null;
        world.Backplane.Appending.Open();
        world.Backplane.Replying.Open();
        world.Advance(60);
        foreach (var client in clients)
        {
            Assert.Equal(client.Expected, Receipts(client.Connection));
            Assert.Null(client.Connection.Closed);
        }
    }

    /// <summary>Something new, or something that was written before.</summary>
    private byte[] Some(int number)
    {
        if (written.Count > 0 && random.Next(3) == 0)
        {
            return written[random.Next(written.Count)];
        }

        written.Add(Typed((ulong)number + 1, clocks[number]++, "x"));
        return written[^1];
    }

    private static bool IsLogged(World world, byte[] update)
    {
        var document = new YDocument();
        foreach (var entry in world.Backplane.Entries(World.Name))
        {
            Assert.True(document.TryApply(entry.Payload, out _, out var error), error.Message);
        }

        Assert.True(document.TryGetNews(update, out var news, out var problem), problem.Message);
        return news.IsEmpty;
    }

    /// <summary>
    /// What was said so far is the beginning of what is expected, and what was accepted is in the log.
    /// </summary>
    private static void Check(World world, TestConnection connection, List<byte[]> sent, List<string> expected)
    {
        var receipts = Receipts(connection).ToArray();
        Assert.Equal(expected.Take(receipts.Length), receipts);
        var answers = receipts.Where(r => r[0] != 'm');
        Assert.All(sent.Zip(answers).Where(pair => pair.Second == "accepted"),
            pair => Assert.True(IsLogged(world, pair.First)));
    }

    private static IEnumerable<string> Receipts(TestConnection connection) =>
        connection.Got.Where(g => g is "accepted" or "refused" || g[0] == 'm');
}
