using System.Collections.Concurrent;

namespace Relay.Logging;

/// <summary>A category's logger, in front of all providers: see <see cref="GuardedLoggerFactory"/>.</summary>
internal sealed partial class GuardedLogger(ILogger inner, TimeProvider time) : ILogger
{
    // Ids are constants of the code, so there are few.
    private readonly ConcurrentDictionary<int, LineRate> rates = [];

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => state switch
        {
            IEnumerable<KeyValuePair<string, object?>> values => inner.BeginScope(
                new LogValues(values, () => LogValues.CleanLine(state.ToString() ?? "", values))),
            string text => inner.BeginScope(LogText.Clean(text, LogText.MaxLineLength)),
            _ => inner.BeginScope(state),
        };

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!inner.IsEnabled(logLevel) || (IsLimited(logLevel, eventId.Id) && !RateOf(eventId).TryTake()))
        {
            return;
        }

        var values = state as IEnumerable<KeyValuePair<string, object?>>;
        var line = LogValues.CleanLine(formatter(state, exception), values);
        var cleaned = new LogValues(values ?? [], () => line);
        inner.Log(logLevel, eventId, cleaned, LoggedException.Of(exception), static (shown, _) => shown.ToString());
    }

    /// <summary>Says what was left out and not reported yet.</summary>
    public void End()
    {
        foreach (var rate in rates.Values)
        {
            rate.End();
        }
    }

    /// <summary>
    /// Debug and Trace are switched on by those who look for something and need all of it. Critical lines and what
    /// administrators do come from no stranger.
    /// </summary>
    private static bool IsLimited(LogLevel level, int id) =>
        level is LogLevel.Information or LogLevel.Warning or LogLevel.Error && !LogEvents.IsByAdministrator(id);

    private LineRate RateOf(EventId id) => rates.TryGetValue(id.Id, out var present)
        ? present
        : rates.GetOrAdd(id.Id, new LineRate(time, count => LogLeftOut(inner, count, id.Id, id.Name)));

    [LoggerMessage(
        LogEvents.LinesLeftOut,
        LogLevel.Warning,
        "{Count} more lines of event {Event} ({Name}) came too fast and were left out")]
    private static partial void LogLeftOut(ILogger logger, long count, int @event, string? name);
}
