using System.Diagnostics;
using System.Globalization;

namespace Relay.TestServers;

/// <summary>A server that a test started: it can be killed and stopped, and ends with the test's process.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(30);

    private readonly Process process;

    private ServerProcess(Process process, Uri address)
    {
        this.process = process;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>
    /// DynamoDB: in memory, or in a directory from which a later start takes it up again. Port 0 is a free one.
    /// </summary>
    public static Task<ServerProcess> StartDynamoDbAsync(string? directory = null, int port = 0) =>
        StartAsync(ServerKind.DynamoDb, "node", "dynamodb.mjs", Text(port), directory);

    /// <summary>S3: a whole server in a new directory, or one more gateway to the server that runs there.</summary>
    public static Task<ServerProcess> StartS3Async(string directory, int port = 0) =>
        StartAsync(ServerKind.S3, "bash", "s3.sh", directory, Text(port));

    /// <summary>Postgres: in a directory from which a later start takes it up again. Port 0 is a free one.</summary>
    public static Task<ServerProcess> StartPostgresAsync(string directory, int port = 0) =>
        StartAsync(ServerKind.Postgres, "bash", "postgres.sh", directory, Text(port));

    /// <summary>Ends it at once, as a crash does.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL").ConfigureAwait(false);
        await process.WaitForExitAsync().WaitAsync(EndTimeout).ConfigureAwait(false);
    }

    /// <summary>Makes it hang: it does not answer, and its connections stay.</summary>
    public Task StopAsync() => SignalAsync("STOP");

    /// <summary>Lets it go on after <see cref="StopAsync"/>.</summary>
    public Task ContinueAsync() => SignalAsync("CONT");

    /// <summary>Lets the script end what it started; whatever does not end then is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await ContinueAsync().ConfigureAwait(false);
            process.StandardInput.Close();
            await SignalAsync("TERM").ConfigureAwait(false);
            try
            {
                await process.WaitForExitAsync().WaitAsync(EndTimeout).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.Dispose();
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static async Task<ServerProcess> StartAsync(
        ServerKind kind, string program, string script, params string?[] arguments)
    {
        ServerPrograms.Require(kind);
        var start = new ProcessStartInfo(program, [Path.Combine(ServerPrograms.Folder, script)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments.OfType<string>())
        {
            start.ArgumentList.Add(argument);
        }

        // It also ends when this process is killed.
        start.Environment["RELAY_SERVER_STDIN"] = "1";
        var process = Process.Start(start)!;
        var errors = new List<string>();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
            {
                errors.Add(line.Data ?? "");
            }
        };
        process.BeginErrorReadLine();
        string? line;
        while ((line = await process.StandardOutput.ReadLineAsync().WaitAsync(StartTimeout).ConfigureAwait(false))
            is not null)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                // A server that says more must not wait for a reader.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return new ServerProcess(process, new Uri(line["ready ".Length..]));
            }
        }

        await process.WaitForExitAsync().WaitAsync(EndTimeout).ConfigureAwait(false);
        lock (errors)
        {
            throw new InvalidOperationException(
                $"{script} {string.Join(' ', arguments)} did not start: {string.Join(' ', errors)}");
        }
    }

    /// <summary>
    /// To the process that was started and to its children: a Postgres serves each connection by one.
    /// </summary>
    private async Task SignalAsync(string signal)
    {
        var id = process.Id.ToString(CultureInfo.InvariantCulture);
        using var kill = Process.Start("bash",
            ["-c", $"kill -{signal} {id} $(cat /proc/{id}/task/*/children 2>/dev/null) 2>/dev/null"]);
        await kill.WaitForExitAsync().WaitAsync(EndTimeout).ConfigureAwait(false);
    }
}
