using System.Net.Sockets;
using System.Text;
using Relay.Yjs;

namespace Relay.Bench.Hostile;

/// <summary>Many of what is small.</summary>
internal static class FloodInputs
{
    private const int Watchers = 10;

    public static IEnumerable<HostileInput> All =>
    [
        new("connections of one byte", 1_000, OneByteAsync),
        new("sockets without a token", 1_000, SilentAsync),
        new("names on one socket, no token", 1_000, NamesAsync),
        new("wrong signatures on one socket", 1_000, WrongTokensAsync),
        new("stateless messages of 10 KB to ten readers", 10_000, (target, size) =>
            ToWatchersAsync(target, size, Words)),
        new("presence that changes without end, to ten readers", 20_000, (target, size) =>
            ToWatchersAsync(target, size, Moves)),
        new("presence that does not read, for the log", 20_000, (target, size) =>
            ToWatchersAsync(target, size, Nonsense)),
        new("presence under another user's id, to ten readers", 20_000, UsurpingAsync),
        new("empty updates", 50_000, (target, size) => ToWatchersAsync(target, size, Empty)),
    ];

    private static Task<Attack> OneByteAsync(Target target, int size) => Task.FromResult(new Attack(size, async () =>
    {
        for (var i = 0; i < size; i++)
        {
            var client = target.Keep(new TcpClient());
            await client.ConnectAsync("127.0.0.1", target.Http.Port);
            await client.GetStream().WriteAsync("G"u8.ToArray());
        }

        return "connected";
    }));

    private static Task<Attack> SilentAsync(Target target, int size) => Task.FromResult(new Attack(0, async () =>
    {
        var opened = 0;
        for (var i = 0; i < size; i++)
        {
            opened += (await target.ConnectAsync()).Outcome == "taken" ? 1 : 0;
        }

        return $"{opened} opened";
    }));

    private static async Task<Attack> NamesAsync(Target target, int size)
    {
        var client = await target.ConnectAsync();
        var messages = Enumerable.Range(0, size).Select(_ => Messages.Question(target.NewName())).ToList();
        return new Attack(messages.Sum(message => (long)message.Length), async () =>
        {
            foreach (var message in messages)
            {
                await client.SendAsync(message);
            }

            return client.Outcome;
        });
    }

    private static async Task<Attack> WrongTokensAsync(Target target, int size)
    {
        var client = await target.ConnectAsync();
        var token = Messages.Sign("somebody-else-0123456789abcdefghij", "write", "nobody");
        var messages = Enumerable.Range(0, size).Select(_ => Messages.Token(target.NewName(), token)).ToList();
        return new Attack(messages.Sum(message => (long)message.Length), async () =>
        {
            foreach (var message in messages)
            {
                await client.SendAsync(message);
            }

            await client.HasAsync(Answer.Denied, size);
            return client.Outcome == "taken" ? $"{client.Count(Answer.Denied)} refused" : client.Outcome;
        });
    }

    private static byte[] Words(string document, int number) =>
        Messages.Words(document, Encoding.ASCII.GetBytes($"{number}".PadRight(10_000, 'x')));

    private static byte[] Moves(string document, int number) =>
        Messages.Presence(document, Entry(number, $$"""{"cursor":{{number}}}"""));

    private static byte[] Nonsense(string document, int number) =>
        Messages.Presence(document, Entry(number, "{\u001b[2J"));

    private static byte[] Empty(string document, int number) => Messages.Update(document, [0, 0]);

    private static byte[] Entry(long clock, string state)
    {
        using var entry = new Lib0Writer();
        entry.WriteVarUint(1);
        entry.WriteVarUint(77);
        entry.WriteVarUint((ulong)clock);
        entry.WriteVarBytes(Encoding.UTF8.GetBytes(state));
        return entry.ToArray();
    }

    /// <summary>
    /// A reader says what the writer's client is, with clocks that leave it no larger one; the writer goes on.
    /// </summary>
    private static async Task<Attack> UsurpingAsync(Target target, int size)
    {
        var document = target.NewName();
        for (var i = 0; i < Watchers; i++)
        {
            await target.JoinAsync(document, Target.Reader);
        }

        var owner = await target.JoinAsync(document, Target.Writer);
        await owner.SendAsync(Moves(document, 1));
        var usurper = await target.JoinAsync(document, Target.Reader);
        var messages = Enumerable.Range(0, size)
            .Select(i => Messages.Presence(document, Entry((1L << 53) - 1 - (i % 2), "{}"))).ToList();
        return new Attack(messages.Sum(each => (long)each.Length), async () =>
        {
            foreach (var each in messages)
            {
                await usurper.SendAsync(each);
            }

            foreach (var client in new[] { usurper, owner })
            {
                var states = client.Count(Answer.State);
                await client.SendAsync(Moves(document, 2));
                await client.SendAsync(Messages.Question(document));
                await client.HasAsync(Answer.State, states + 1);
            }

            return $"{usurper.Outcome}, its owner: {owner.Outcome}";
        });
    }

    /// <summary>A writer sends as fast as it can, then an update, whose answer comes behind all of it.</summary>
    private static async Task<Attack> ToWatchersAsync(Target target, int size, Func<string, int, byte[]> message)
    {
        var document = target.NewName();
        for (var i = 0; i < Watchers; i++)
        {
            await target.JoinAsync(document, Target.Reader);
        }

        var writer = await target.JoinAsync(document, Target.Writer);
        var messages = Enumerable.Range(1, size).Select(i => message(document, i)).ToList();
        return new Attack(messages.Sum(each => (long)each.Length), async () =>
        {
            foreach (var each in messages)
            {
                await writer.SendAsync(each);
            }

            var states = writer.Count(Answer.State);
            await writer.SendAsync(Messages.Question(document));
            await writer.HasAsync(Answer.State, states + 1);
            return writer.Outcome;
        });
    }
}
