using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Relay.Bench.Hostile;

/// <summary>
/// Asks a server all the time whether it lives, each time over a new connection, as load balancers do.
/// </summary>
internal sealed class HealthProbe : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    private readonly CancellationTokenSource end = new();
    private readonly Thread thread;
    private readonly int port;
    private readonly byte[] request;
    private long askedAt;
    private double worst;

    public HealthProbe(Target target)
    {
        port = target.Http.Port;
        request = Encoding.ASCII.GetBytes(
            $"GET {target.HealthPath} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
        thread = new Thread(Run) { IsBackground = true, Priority = ThreadPriority.Highest };
        thread.Start();
    }

    /// <summary>How often it was answered.</summary>
    public int Answers { get; private set; }

    /// <summary>
    /// How long an answer took at worst since <see cref="Forget"/>; one that has not come yet counts.
    /// </summary>
    public double WorstMilliseconds
    {
        get
        {
            var asked = Interlocked.Read(ref askedAt);
            var waits = asked == 0 ? 0 : Stopwatch.GetElapsedTime(asked).TotalMilliseconds;
            return Math.Max(Volatile.Read(ref worst), waits);
        }
    }

    public void Forget() => Volatile.Write(ref worst, 0);

    public void Dispose()
    {
        // The thread looks at it when its question is answered, or its server is gone.
        end.Cancel();
    }

    private void Run()
    {
        var answer = new byte[4096];
        while (!end.IsCancellationRequested)
        {
            Interlocked.Exchange(ref askedAt, Stopwatch.GetTimestamp());
            try
            {
                using var client = new TcpClient("127.0.0.1", port);
                var stream = client.GetStream();
                stream.Write(request);
                while (stream.Read(answer) > 0)
                {
                }

                Answers++;
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                // Refused is no answer: it goes on counting as one that did not come.
                if (!end.Token.WaitHandle.WaitOne(Pause))
                {
                    continue;
                }
            }

            Volatile.Write(
                ref worst,
                Math.Max(worst, Stopwatch.GetElapsedTime(Interlocked.Exchange(ref askedAt, 0)).TotalMilliseconds));
            end.Token.WaitHandle.WaitOne(Pause);
        }
    }
}
