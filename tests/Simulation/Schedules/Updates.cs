using Relay.Sessions;

namespace Relay.Simulation;

/// <summary>What updates say, taken together. One that does not read fails the schedule.</summary>
/// <param name="kind">What the documents of the schedule are.</param>
internal sealed class Updates(IContentKind kind)
{
    public static bool Contains(IContent document, ReadOnlyMemory<byte> update) =>
        document.TryGetNews(update, out var news, out var error, isAccepted: true)
            ? news.IsEmpty
            : throw new ScheduleFailedException($"An update does not read: {error}.");

    public IContent DocumentOf(params IReadOnlyList<ReadOnlyMemory<byte>> updates)
    {
        var document = kind.Create();
        foreach (var update in updates)
        {
            Apply(document, update);
        }

        return document;
    }

    public static void Apply(IContent document, ReadOnlyMemory<byte> update)
    {
        if (!document.TryApply(update, out _, out var error))
        {
            throw new ScheduleFailedException($"An update does not apply: {error}.");
        }
    }
}
