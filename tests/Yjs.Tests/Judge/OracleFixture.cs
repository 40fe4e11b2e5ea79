namespace Relay.Yjs.Judge;

/// <summary>One oracle for all tests of a class, started by the first that asks it.</summary>
public sealed class OracleFixture : IAsyncLifetime
{
    private readonly SemaphoreSlim starting = new(1, 1);
    private OracleProcess? process;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        starting.Dispose();
    }

    internal async Task<OracleProcess> GetAsync()
    {
        await starting.WaitAsync();
        try
        {
            return process ??= await OracleProcess.StartAsync();
        }
        finally
        {
            starting.Release();
        }
    }
}
