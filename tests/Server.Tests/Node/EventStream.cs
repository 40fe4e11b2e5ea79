using System.Text.Json;
using Relay.Reports;

namespace Relay.Node;

/// <summary>The events that a dashboard reads.</summary>
internal sealed class EventStream(HttpResponseMessage answer, Stream stream) : IDisposable
{
    private readonly StreamReader reader = new(stream);

    public async Task<DashboardView> NextAsync() => await TryNextAsync() ?? throw new EndOfStreamException();

    public async Task UntilAsync(Func<DashboardView, bool> condition)
    {
        while (!condition(await NextAsync()))
        {
        }
    }

    public async Task EndAsync()
    {
        while (await TryNextAsync() is not null)
        {
        }
    }

    public void Dispose()
    {
        reader.Dispose();
        answer.Dispose();
    }

    private async Task<DashboardView?> TryNextAsync()
    {
        if (await reader.ReadLineAsync().WaitAsync(TestNode.Patience) is not { } line)
        {
            return null;
        }

        Assert.StartsWith("data: ", line, StringComparison.Ordinal);
        Assert.Equal("", await reader.ReadLineAsync().WaitAsync(TestNode.Patience));
        return JsonSerializer.Deserialize(line["data: ".Length..], ReportFormat.Default.DashboardView);
    }
}
