using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>What updates say, taken together. One that does not read fails the schedule.</summary>
internal static class Updates
{
    public static bool Contains(YDocument document, ReadOnlyMemory<byte> update) =>
        document.TryGetNews(update, out var news, out var error, isAccepted: true)
            ? news.IsEmpty
            : throw new ScheduleFailedException($"An update does not read: {error}.");

    public static YDocument DocumentOf(params IReadOnlyList<ReadOnlyMemory<byte>> updates)
    {
        var document = new YDocument();
        foreach (var update in updates)
        {
            Apply(document, update);
        }

        return document;
    }

    public static void Apply(YDocument document, ReadOnlyMemory<byte> update)
    {
        if (!document.TryApply(update, out _, out var error))
        {
            throw new ScheduleFailedException($"An update does not apply: {error}.");
        }
    }
}
