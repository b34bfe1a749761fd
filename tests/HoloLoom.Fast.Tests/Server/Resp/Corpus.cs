using System.Text;
using HoloLoom.Fast.Server.Resp;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>Inputs that show what a client can send: from these, others are made by mutation.</summary>
internal static class Corpus
{
    /// <summary>Limits that small inputs reach.</summary>
    public static RespLimits SmallLimits { get; } = new(MaxArguments: 12, MaxBulkLength: 64, MaxInlineLength: 100, MaxCommandLength: 160);

    public static byte[][] Inputs { get; } =
    [
        .. ((string[])[
            "*2\r\n$5\r\nROUTE\r\n$9\r\nwho wrote\r\n",
            "*1\r\n$4\r\nPING\r\n*2\r\n$4\r\necho\r\n$0\r\n\r\n",
            "*4\r\n$5\r\nroute\r\n$1\r\nq\r\n$9\r\nAVAILABLE\r\n$6\r\nqdrant\r\n",
            "*8\r\n$5\r\nROUTE\r\n$1\r\nq\r\n$9\r\navailable\r\n$4\r\nmem0\r\n$6\r\nROUTER\r\n$1\r\nx\r\n$4\r\nUNIT\r\n$1\r\nu\r\n",
            "*3\r\n$6\r\nMROUTE\r\n$3\r\nmy \u00e9\r\n$2\r\n\r\n\r\n",
            "*4\r\n$7\r\nOUTCOME\r\n$32\r\n00112233445566778899aabbccddeeff\r\n$3\r\n0.9\r\n$2\r\n12\r\n",
            "*5\r\n$7\r\nOUTCOME\r\n$4\r\n0011\r\n$3\r\n0.9\r\n$2\r\n12\r\n$7\r\nDURABLE\r\n*1\r\n$4\r\nPING\r\n",
            "*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$6\r\nsecret\r\n",
            "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$3\r\nabc\r\n*2\r\n$6\r\nCLIENT\r\n$4\r\nLIST\r\n",
            "*0\r\n*-1\r\n*1\r\n$5\r\nSTATS\r\n*1\r\n$4\r\nINFO\r\n*2\r\n$7\r\nCOMMAND\r\n$4\r\nDOCS\r\n",
            "ROUTE \"who \\x41\\n\\\"wrote\" AVAILABLE 'mem0'\r\nPING\n\r\n\n  QUIT  \r\n",
            "echo 'it\\'s' \"\" \"\\a\\b\\t\\r\\q\\x4g\"\r\n",
            "ping \"a\"b\r\n",
            "ping 'unclosed\r\n",
            "a b c d e f g h i j k l m n\r\n",
            "*3\r\n$3\r\nfoo\r\n:1\r\n",
            "*1\r\n$4\r\nPINGxx",
            "*13\r\n$4\r\n",
            "*1\r\n$65\r\n",
            "*3\r\n$64\r\n" + new string('a', 64) + "\r\n$64\r\n" + new string('b', 64) + "\r\n$20\r\n",
            "*-5\r\n*01\r\n",
            "*99999999999999999999999999999\r\n",
            "*999999999999999999999999999999999999\r\n",
            "*1\r\n$-1\r\n",
            "*1\r\n$2147483648\r\n",
            "*1\r\n$-99999999999999999999999999999\r\n",
            "*\r\n",
            "*1\n\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            new string('x', 101),
            new string('y', 100) + "\n",
            "RESET\r\nSELECT 0\r\nSELECT 7\r\nAUTH a b\r\nCONFIG GET save\r\n",
        ]).Select(Encoding.Latin1.GetBytes),
    ];

    /// <summary>An input with some of its bytes changed, repeated, moved, removed, or replaced by pieces of others.</summary>
    public static byte[] Mutate(Random random)
    {
        List<byte> bytes = [.. Inputs[random.Next(Inputs.Length)]];
        for (int times = random.Next(5); times > 0 && bytes.Count > 0; times--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = (byte)"*$\r\n-0192 \"'\\x:"[random.Next(15)];
                    break;
                case 2:
                    bytes.Insert(at, (byte)"*$\r\n-0192 \"'\\x:"[random.Next(15)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, random.Next(Math.Min(6, bytes.Count - at) + 1));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(30, bytes.Count - at) + 1)));
                    break;
                case 5:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.InsertRange(random.Next(2) == 0 ? at : bytes.Count, Inputs[random.Next(Inputs.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }
}
