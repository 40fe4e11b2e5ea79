using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Relay.Yjs.Judge;

/// <summary>
/// A Node process in which the yjs package makes and judges documents. Requests are answered in order; many may be
/// under way, so that both processes work at the same time.
/// </summary>
internal sealed class OracleProcess : IAsyncDisposable
{
    /// <summary>For a process that does not answer any more; a busy machine takes minutes for what it queues.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private static readonly SemaphoreSlim Installing = new(1, 1);

    private readonly Process process;
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly ConcurrentQueue<TaskCompletionSource<byte[]>> waiting = new();
    private readonly StringBuilder complaints = new();
    private readonly Task reading;
    private int handles;

    private OracleProcess(Process process)
    {
        this.process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (complaints)
            {
                if (complaints.Length < 4_000)
                {
                    complaints.AppendLine(line.Data);
                }
            }
        };
        process.BeginErrorReadLine();
        reading = ReadAnswersAsync();
    }

    private static string Folder =>
        typeof(OracleProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "OracleDirectory").Value!;

    /// <summary>Starts Node, after installing the packages if that was never done here.</summary>
    public static async Task<OracleProcess> StartAsync()
    {
        await Installing.WaitAsync();
        try
        {
            if (!File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")))
            {
                await InstallAsync();
            }
        }
        finally
        {
            Installing.Release();
        }

        var start = new ProcessStartInfo("node", ["--stack-size=4000", "oracle.mjs"])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new OracleProcess(Process.Start(start)!);
    }

    /// <summary>A number that names one document in this process.</summary>
    public ulong NextHandle() => (ulong)Interlocked.Increment(ref handles);

    /// <summary>Sends a request; the answer is what follows its status byte.</summary>
    /// <exception cref="InvalidOperationException">Node answered with an error, or is gone.</exception>
    public async Task<byte[]> AskAsync(Lib0Writer request)
    {
        var frame = new byte[request.Length + 4];
        BinaryPrimitives.WriteInt32LittleEndian(frame, request.Length);
        request.WrittenSpan.CopyTo(frame.AsSpan(4));
        var answer = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        await writing.WaitAsync();
        try
        {
            if (reading.IsCompleted)
            {
                throw Gone();
            }

            waiting.Enqueue(answer);
            await process.StandardInput.BaseStream.WriteAsync(frame);
            await process.StandardInput.BaseStream.FlushAsync();
        }
        finally
        {
            writing.Release();
        }

        var body = await answer.Task.WaitAsync(Deadline);
        return body[0] == 1
            ? body[1..]
            : throw new InvalidOperationException("The oracle failed: " + ReadText(body.AsSpan(1)));
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }

        await reading;
        process.Dispose();
    }

    private static string ReadText(ReadOnlySpan<byte> bytes)
    {
        var reader = new Lib0Reader(bytes);
        return Encoding.UTF8.GetString(reader.ReadVarString());
    }

    private static async Task InstallAsync()
    {
        var npm = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
            ["ci", "--no-audit", "--no-fund"])
        { WorkingDirectory = Folder, RedirectStandardError = true };
        using var install = Process.Start(npm)!;
        var errors = await install.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(3));
        await install.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        if (install.ExitCode != 0)
        {
            throw new InvalidOperationException($"npm ci failed in {Folder}: {errors}");
        }
    }

    private InvalidOperationException Gone()
    {
        lock (complaints)
        {
            return new InvalidOperationException("The oracle is gone: " + complaints);
        }
    }

    private async Task ReadAnswersAsync()
    {
        var output = process.StandardOutput.BaseStream;
        var head = new byte[4];
        try
        {
            while (true)
            {
                await output.ReadExactlyAsync(head);
                var body = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
                await output.ReadExactlyAsync(body);
                if (waiting.TryDequeue(out var answer))
                {
                    answer.SetResult(body);
                }
            }
        }
        catch (EndOfStreamException)
        {
            while (waiting.TryDequeue(out var answer))
            {
                answer.SetException(Gone());
            }
        }
    }
}
