using Relay.Yjs.Costs;

namespace Relay.Bench.Hostile;

/// <summary>What takes many times its bytes in memory, or keeps them there.</summary>
internal static class MemoryInputs
{
    private const int StructsOfAnUpdate = 10_000;

    public static IEnumerable<HostileInput> All =>
    [
        new("unfinished message of 15 MiB, no token", 15 << 20, (target, size) =>
            UnfinishedAsync(target, size, null)),
        new("unfinished message of 15 MiB, of a reader", 15 << 20, (target, size) =>
            UnfinishedAsync(target, size, Target.Reader)),
        new("small presence messages of 5 MiB, no token", 5 << 20, SmallMessagesAsync),
        new("tiny structs in updates of 100 KB", 3_000_000, TinyStructsAsync),
        new("tiny structs in one update, of a reader", 1_500_000, (target, size) =>
            TableInputs.ReaderAsync(target, TinyStructs(0, size), false)),
        new("tiny structs in one answer, of a reader", 1_500_000, (target, size) =>
            TableInputs.ReaderAsync(target, TinyStructs(0, size), true)),
        new("questions for 1 MB whose answers are not read", 200, GreedyAsync),
    ];

    private static async Task<Attack> UnfinishedAsync(Target target, int size, string? token)
    {
        var document = target.NewName();
        var client = token is null ? await target.ConnectAsync() : await target.JoinAsync(document, token);
        var message = Messages.Update(document, new byte[size]);
        return new Attack(message.Length, async () =>
        {
            await client.SendUnfinishedAsync(message);
            return client.Outcome;
        });
    }

    private static async Task<Attack> SmallMessagesAsync(Target target, int size)
    {
        var document = target.NewName();
        var client = await target.ConnectAsync();
        var message = Messages.Presence(document, Bytes.Awareness([77]));
        return new Attack((long)size / message.Length * message.Length, async () =>
        {
            for (var sent = 0; sent < size; sent += message.Length)
            {
                await client.SendAsync(message);
            }

            return client.Outcome;
        });
    }

    private static async Task<Attack> TinyStructsAsync(Target target, int size)
    {
        var document = target.NewName();
        var writer = await target.JoinAsync(document, Target.Writer);
        var updates = Enumerable.Range(0, Math.Max(1, size / StructsOfAnUpdate))
            .Select(i => Messages.Update(document, TinyStructs(i * StructsOfAnUpdate, StructsOfAnUpdate))).ToList();
        return new Attack(updates.Sum(update => (long)update.Length), async () =>
        {
            foreach (var update in updates)
            {
                await writer.SendAsync(update);
            }

            await writer.HasAsync(Answer.Status, 1 + updates.Count);
            return writer.Outcome;
        })
        {
            Share = () => (writer.Count(Answer.Status) - 1.0) / updates.Count,
        };
    }

    /// <summary>Structs that join with none, at places that are unknown.</summary>
    private static byte[] TinyStructs(int from, int count)
    {
        var structs = new StructWriter(77, 2L * from);
        for (var i = from; i < from + count; i++)
        {
            structs.AddNull((99, i));
            structs.AddSkip(1);
        }

        return Bytes.Update([structs]);
    }

    private static async Task<Attack> GreedyAsync(Target target, int size)
    {
        var document = target.NewName();
        var writer = await target.JoinAsync(document, Target.Writer);
        await writer.SendAsync(Messages.Update(
            document, Bytes.Update([new StructWriter(77, 0).AddText(new string('x', 1_000_000))])));
        await writer.HasAsync(Answer.Status, 2);
        var client = await target.ConnectAsync(reads: false);
        await client.SendAsync(Messages.Token(document, Target.Reader));
        var question = Messages.Question(document);
        return new Attack((long)size * question.Length, async () =>
        {
            for (var asked = 0; asked < size; asked++)
            {
                await client.SendAsync(question);
            }

            return client.Outcome;
        });
    }
}
