using Npgsql;

namespace Relay.Persistence.Metadata.Postgres;

/// <summary>Calls to the database, each with a deadline that holds whatever the network does. Thread-safe.</summary>
internal sealed class PostgresConnections : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;
    private readonly TimeSpan callTimeout;

    public PostgresConnections(PostgresMetadataOptions options)
    {
        callTimeout = options.CallTimeout;
        var text = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            // A server that stands still does not answer a request to cancel either.
            CancellationTimeout = -1,
            CommandTimeout = (int)Math.Ceiling(callTimeout.TotalSeconds),
            Timeout = (int)Math.Ceiling(callTimeout.TotalSeconds),
        };
        text.ApplicationName ??= "relay";
        var builder = new NpgsqlDataSourceBuilder(text.ConnectionString);
        if (options.RootCertificates is { } authorities)
        {
            builder.UseRootCertificates(authorities);
        }

        source = builder.Build();
    }

    /// <summary>Calls on a connection of the pool.</summary>
    /// <exception cref="RoomMetadataUnavailableException">The database cannot be asked.</exception>
    /// <exception cref="RoomMetadataRefusedException">It refuses this user.</exception>
    public Task<T> CallAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> call,
        CancellationToken cancellation) =>
        LimitAsync(
            async token =>
            {
                await using var connection = await source.OpenConnectionAsync(token);
                return await call(connection, token);
            },
            cancellation);

    /// <summary>A connection that is the caller's.</summary>
    /// <exception cref="RoomMetadataUnavailableException">The database cannot be reached.</exception>
    public Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation) =>
        LimitAsync(async token => await source.OpenConnectionAsync(token), cancellation);

    /// <summary>
    /// Gives a call its deadline. One that does not end even then is left alone: what it still does must be harmless.
    /// </summary>
    public async Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        var running = RunAsync();
        try
        {
            return await running.WaitAsync(callTimeout + TimeSpan.FromSeconds(1), TimeProvider.System, cancellation);
        }
        catch (Exception exception) when (PostgresFailure.IsRefusal(exception))
        {
            throw new RoomMetadataRefusedException(
                $"{PostgresFailure.Setting}: the server refuses it: {PostgresFailure.Words(exception)}.", exception);
        }
        catch (Exception exception) when (PostgresFailure.IsFailure(exception) && !PostgresFailure.IsBadData(exception)
            && !cancellation.IsCancellationRequested)
        {
            _ = running.ContinueWith(static late => late.Exception, TaskScheduler.Default);
            throw new RoomMetadataUnavailableException(PostgresFailure.Words(exception), exception);
        }

        async Task<T> RunAsync()
        {
            using var deadline = new CallDeadline(callTimeout, cancellation);

            // Not on the caller's thread: the library looks hosts up and makes pools before it first waits.
            return await Task.Run(() => call(deadline.Token), CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
