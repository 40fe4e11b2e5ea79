using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Relay.Doubles;

namespace Relay.Logging;

public sealed class GuardedLoggerTests : IDisposable
{
    private const string Hostile = "doc\u001b[2J\r\nfail: Relay[1] forged \u202e\u2028";

    private static readonly Action<ILogger, string, Exception?> LogName =
        LoggerMessage.Define<string>(LogLevel.Warning, new EventId(7, "Named"), "A client named {Document} came");

    private static readonly Action<ILogger, string, Exception?> LogDeleted =
        LoggerMessage.Define<string>(LogLevel.Information, LogEvents.DeletedByRequest, "{Document} was deleted");

    private readonly FakeTimeProvider time = new();
    private readonly NodeLog log = new();
    private readonly GuardedLoggerFactory factory;
    private readonly ILogger logger;

    public GuardedLoggerTests()
    {
        var inner = new LoggerFactory();
        inner.AddProvider(log);
        factory = new GuardedLoggerFactory(inner, time);
        logger = factory.CreateLogger("Category");
    }

    public void Dispose() => factory.Dispose();

    [Fact]
    public void A_flood_of_one_kind_is_limited_and_counted_for_the_whole_node()
    {
        for (var i = 0; i < 10_000; i++)
        {
            LogName(factory.CreateLogger("Category"), "doc", null);
        }

        Assert.Equal(LineRate.Burst, Count("A client named doc came"));

        time.Advance(LineRate.ReportAfter);
        Assert.Contains(log.Lines, line => line.StartsWith(
            $"{10_000 - LineRate.Burst} more lines of event 7 (Named)", StringComparison.Ordinal));
        LogName(logger, "doc", null);
        Assert.Equal(LineRate.Burst + 1, Count("A client named doc came"));
    }

    [Fact]
    public void Other_kinds_and_what_administrators_do_are_not_held_back()
    {
        for (var i = 0; i < 1000; i++)
        {
            LogName(logger, "flood", null);
            LogDeleted(logger, "doc", null);
        }

        LogName(factory.CreateLogger("Other"), "other", null);
        Assert.Equal(1000, Count("doc was deleted"));
        Assert.Equal(1, Count("A client named other came"));
    }

    [Fact]
    public void What_was_left_out_is_said_at_the_end()
    {
        for (var i = 0; i <= LineRate.Burst; i++)
        {
            LogName(logger, "doc", null);
        }

        factory.Dispose();
        Assert.Contains(log.Lines, line => line.StartsWith("1 more lines of event 7", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ConsoleFormatterNames.Simple)]
    [InlineData(ConsoleFormatterNames.Json)]
    [InlineData(ConsoleFormatterNames.Systemd)]
    public async Task A_console_gets_no_raw_control_character_and_no_long_name(string format)
    {
        var output = new StringWriter();
        await using (var services = Console(format))
        using (var inner = new LoggerFactory([new FormatterProvider(services, format, output)]))
        using (var guarded = new GuardedLoggerFactory(inner, time))
        {
            var console = guarded.CreateLogger("Category");
            using var scope = console.BeginScope(
                new Dictionary<string, object?> { ["RequestPath"] = Hostile + new string('p', 100_000) });
            var failure = new InvalidOperationException(Hostile + new string('e', 100_000));
            LogName(console, Hostile + new string('n', 100_000), failure);
        }

        var text = output.ToString();
        Assert.NotEmpty(text);
        Assert.DoesNotContain(text, character => char.IsControl(character) && character is not ('\n' or '\r'));
        Assert.DoesNotContain('\u202e', text);
        Assert.DoesNotContain('\u2028', text);
        Assert.DoesNotContain("\nfail: Relay[1]", text, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 1, 40_000);
    }

    private int Count(string line) => log.Lines.Count(present => present == line);

    private static ServiceProvider Console(string format) => new ServiceCollection()
        .AddLogging(logging => logging.AddSimpleConsole(simple => simple.IncludeScopes = true)
            .AddJsonConsole(json => json.IncludeScopes = true)
            .AddSystemdConsole(systemd => systemd.IncludeScopes = true)
            .AddConsole(console => console.FormatterName = format))
        .BuildServiceProvider();

    /// <summary>Writes as the console does, into a string.</summary>
    private sealed class FormatterProvider(IServiceProvider services, string format, TextWriter output)
        : ILoggerProvider, ISupportExternalScope, ILogger
    {
        private readonly ConsoleFormatter formatter =
            services.GetServices<ConsoleFormatter>().Single(present => present.Name == format);

        private IExternalScopeProvider? scopes;

        public ILogger CreateLogger(string categoryName) => this;

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatLine) =>
            formatter.Write(
                new LogEntry<TState>(logLevel, "Category", eventId, state, exception, formatLine), scopes, output);

        public void Dispose()
        {
        }
    }
}
