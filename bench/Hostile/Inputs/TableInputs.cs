using Relay.Yjs.Costs;

namespace Relay.Bench.Hostile;

/// <summary>Many client ids, chosen so that tables without a seed become lists.</summary>
internal static class TableInputs
{
    public static IEnumerable<HostileInput> All => Inputs.Select(input => input with { WarmUpShare = 1 });

    private static IEnumerable<HostileInput> Inputs =>
    [
        new("presence of ids hashed alike, no token", 60_000, (target, size) => PresenceAsync(target, size, null)),
        new("presence of ids hashed alike, of a reader", 60_000, (target, size) =>
            PresenceAsync(target, size, Target.Reader)),
        new("state vector of ids hashed alike, of a reader", 60_000, StateVectorAsync),
        new("update of ids hashed alike, of a reader", 40_000, (target, size) => ReaderAsync(target,
            Bytes.Update([.. PastInputs.AlikeIds(size).Select(id => new StructWriter(id, 0).AddNull())]), false)),
        new("the same as an answer, of a reader", 40_000, (target, size) => ReaderAsync(target,
            Bytes.Update([.. PastInputs.AlikeIds(size).Select(id => new StructWriter(id, 0).AddNull())]), true)),
        new("a client comes back to stored ids hashed alike", 20_000, ComesBackAsync),
    ];

    /// <summary>An update of somebody who may not write, alone or as the answer to the server's question.</summary>
    public static async Task<Attack> ReaderAsync(Target target, byte[] update, bool isAnswer)
    {
        var document = target.NewName();
        var reader = await target.JoinAsync(document, Target.Reader);
        var message = isAnswer ? Messages.Reply(document, update) : Messages.Update(document, update);
        return new Attack(message.Length, async () =>
        {
            await reader.SendAsync(message);
            await reader.HasAsync(Answer.Status, 2);
            return reader.Outcome;
        });
    }

    private static async Task<Attack> PresenceAsync(Target target, int size, string? token)
    {
        var document = target.NewName();
        var client = token is null ? await target.ConnectAsync() : await target.JoinAsync(document, token);
        var message = Messages.Presence(document, Bytes.Awareness([.. PastInputs.AlikeIds(size)]));
        return new Attack(message.Length, async () =>
        {
            await client.SendAsync(message);
            if (token is not null)
            {
                // Its answer comes behind the presence.
                await client.SendAsync(Messages.Question(document));
                await client.HasAsync(Answer.State, 2);
            }

            return client.Outcome;
        });
    }

    private static async Task<Attack> StateVectorAsync(Target target, int size)
    {
        var document = target.NewName();
        var reader = await target.JoinAsync(document, Target.Reader);
        var message = Messages.Question(document, Bytes.StateVector([.. PastInputs.AlikeIds(size)]));
        return new Attack(message.Length, async () =>
        {
            await reader.SendAsync(message);
            await reader.HasAsync(Answer.State, 2);
            return reader.Outcome;
        });
    }

    private static async Task<Attack> ComesBackAsync(Target target, int size)
    {
        var document = target.NewName();
        var ids = PastInputs.AlikeIds(size).ToArray();
        var writer = await target.JoinAsync(document, Target.Writer);
        await writer.SendAsync(Messages.Update(
            document, Bytes.Update([.. ids.Select(id => new StructWriter(id, 0).AddNull())])));
        await writer.HasAsync(Answer.Status, 2);
        var message = Messages.Question(document, Bytes.StateVector(ids));
        return new Attack(message.Length, async () =>
        {
            var client = await target.ConnectAsync();
            await client.SendAsync(Messages.Token(document, Target.Reader));
            await client.HasAsync(Answer.Authenticated);
            await client.SendAsync(message);
            await client.HasAsync(Answer.State);
            return client.Outcome;
        });
    }
}
