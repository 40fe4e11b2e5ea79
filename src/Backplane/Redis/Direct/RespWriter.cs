using System.Buffers;
using System.Buffers.Text;
using System.Text;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>Writes commands as Redis reads them: arrays of strings.</summary>
internal static class RespWriter
{
    private const int MaxNumber = 20;

    /// <summary>Begins a command of so many parts, its name among them.</summary>
    public static void Begin(IBufferWriter<byte> output, int parts) => WriteHead(output, (byte)'*', parts);

    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> part)
    {
        WriteHead(output, (byte)'$', part.Length);
        output.Write(part);
        output.Write("\r\n"u8);
    }

    public static void Write(IBufferWriter<byte> output, string part)
    {
        WriteHead(output, (byte)'$', Encoding.UTF8.GetByteCount(part));
        Encoding.UTF8.GetBytes(part, output);
        output.Write("\r\n"u8);
    }

    public static void Write(IBufferWriter<byte> output, long part)
    {
        Span<byte> digits = stackalloc byte[MaxNumber];
        Utf8Formatter.TryFormat(part, digits, out var written);
        Write(output, digits[..written]);
    }

    /// <summary>Evaluates a script that Redis knows.</summary>
    /// <param name="output">Where the command goes.</param>
    /// <param name="hash">The script's hash, in hexadecimal digits.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="arguments">Its arguments.</param>
    public static void WriteEvaluation(
        IBufferWriter<byte> output, ReadOnlySpan<byte> hash, RedisKey[] keys, RedisValue[] arguments)
    {
        Begin(output, 3 + keys.Length + arguments.Length);
        Write(output, "EVALSHA"u8);
        Write(output, hash);
        Write(output, keys.Length);
        foreach (var key in keys)
        {
            Write(output, (string)key!);
        }

        foreach (var argument in arguments)
        {
            if (argument.IsInteger)
            {
                Write(output, (long)argument);
            }
            else
            {
                Write(output, ((ReadOnlyMemory<byte>)argument).Span);
            }
        }
    }

    private static void WriteHead(IBufferWriter<byte> output, byte kind, int number)
    {
        var head = output.GetSpan(MaxNumber + 3);
        head[0] = kind;
        Utf8Formatter.TryFormat(number, head[1..], out var written);
        head[written + 1] = (byte)'\r';
        head[written + 2] = (byte)'\n';
        output.Advance(written + 3);
    }
}
