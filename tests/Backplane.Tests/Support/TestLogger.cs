using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Relay.Backplane.Support;

/// <summary>Keeps what was logged.</summary>
internal sealed class TestLogger : ILogger<FileLog>, ILogger<RedisBackplane>
{
    private readonly ConcurrentQueue<(LogLevel Level, EventId Id, string Text)> messages = new();

    public string[] All => [.. messages.Select(message => message.Text)];

    public string[] Of(int eventId) =>
        [.. messages.Where(message => message.Id.Id == eventId).Select(message => message.Text)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        messages.Enqueue((logLevel, eventId, $"{formatter(state, exception)} {exception}".TrimEnd()));
}
