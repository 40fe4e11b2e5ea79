using Relay.Yjs.Costs;

namespace Relay.Bench.Hostile;

/// <summary>
/// Updates of somebody who may write, which the engine must take; in the end the document is asked for.
/// </summary>
internal static class EngineInputs
{
    /// <summary>Enough for any of them to have updates.</summary>
    private const int Trial = 1000;

    public static IEnumerable<HostileInput> All => AdverseInputs.All
        .Where(input => input.Value.Make(Trial).Updates.Count > 0)
        .Select(input => new HostileInput(
            input.Key, input.Value.Size, (target, size) => PrepareAsync(target, input.Value.Make(size))));

    private static async Task<Attack> PrepareAsync(Target target, AdverseInput input)
    {
        var document = target.NewName();
        var writer = await target.JoinAsync(document, Target.Writer);
        await TakeAsync(writer, document, input.Before);
        var before = writer.Count(Answer.Status);
        return new Attack(input.Updates.Sum(update => (long)update.Length), async () =>
        {
            await TakeAsync(writer, document, input.Updates);
            var states = writer.Count(Answer.State);
            await writer.SendAsync(Messages.Question(document));
            await writer.HasAsync(Answer.State, states + 1);
            return writer.Outcome;
        })
        {
            Share = () => (double)(writer.Count(Answer.Status) - before) / input.Updates.Count,
        };
    }

    private static async Task TakeAsync(Intruder writer, string document, IReadOnlyCollection<byte[]> updates)
    {
        var answered = writer.Count(Answer.Status);
        foreach (var update in updates)
        {
            await writer.SendAsync(Messages.Update(document, update));
        }

        await writer.HasAsync(Answer.Status, answered + updates.Count);
    }
}
